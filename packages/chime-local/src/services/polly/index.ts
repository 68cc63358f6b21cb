export { createPolly, type EncodedFormat, type EncodeSound, type Synthesize } from './polly.ts';
