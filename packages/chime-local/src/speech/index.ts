/** The front door of the speech edge. */
export { makeSpeech, type SpeechOptions } from './offline-speech.ts';
export type * from './speech.ts';
export { SpeechError } from './speech-error.ts';
