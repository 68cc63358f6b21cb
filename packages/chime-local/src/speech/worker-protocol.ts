import type { Segment } from 'pstn-audio';
import type { FliteVoice } from './voices.ts';

/** A request to the worker to speak. Its result is the samples, an `Int16Array`. */
export interface SpeechTask {
  voice: FliteVoice;
  segments: Segment[];
}
