/** The front door of the speech edge. */
export { startSpeech } from './offline-speech.ts';
export type * from './speech.ts';
