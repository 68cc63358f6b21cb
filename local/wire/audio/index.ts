/** The front door of audio: samples to samples, and WAV files to samples. */
export * from './resample.ts';
export * from './wav.ts';
