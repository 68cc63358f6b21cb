export { createPolly, type Synthesize } from './polly.ts';
