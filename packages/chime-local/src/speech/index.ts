/** Public entry point of the speech edge. */
export { synthesizeAt } from './at-rate.ts';
export { startSpeech } from './offline-speech.ts';
export type * from './speech.ts';
