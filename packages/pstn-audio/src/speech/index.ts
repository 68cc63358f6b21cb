/** What Amazon Polly accepts: SSML, voices, languages. */
export { SpeechError } from './speech-error.ts';
export { parseSsml, type Segment } from './ssml.ts';
export { enginesOf, type PollyEngine } from './voices.ts';
