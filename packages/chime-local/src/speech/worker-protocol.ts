import type { Segment } from 'pstn-audio';
import type { FliteVoice } from './voices.ts';

/** To the worker: say this. Its result is the samples, an `Int16Array`. */
export interface SpeechTask {
  voice: FliteVoice;
  segments: Segment[];
}
