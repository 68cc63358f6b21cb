/** The front door of the speech edge. */
export { type SpeechOptions, startSpeech } from './offline-speech.ts';
export type * from './speech.ts';
export { SpeechError } from './speech-error.ts';
