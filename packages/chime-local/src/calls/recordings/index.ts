/** Public entry point of the recordings that RecordAudio and StartCallRecording make. */
export { type RecordingOutcome, type RecordingStore, Recordings } from './recordings.ts';
