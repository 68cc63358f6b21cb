/** The front door of the recordings: what RecordAudio and StartCallRecording write, and where it goes. */
export { type RecordingOutcome, type RecordingStore, Recordings } from './recordings.ts';
