/** Public interface of the audio folder: operations on samples, and WAV files. */
export * from './continuation.ts';
export * from './dtmf-detector.ts';
export * from './fade.ts';
export * from './g711.ts';
export * from './goertzel.ts';
export * from './level.ts';
export * from './limiter.ts';
export * from './mix.ts';
export * from './resample.ts';
export * from './telephone-rate.ts';
export * from './tone.ts';
export * from './wav.ts';
