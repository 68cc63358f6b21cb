export { createTranscribe } from './transcribe.ts';
export { TranscriptionJobs } from './transcription-jobs.ts';
