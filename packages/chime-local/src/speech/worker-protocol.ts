import type { Segment } from 'pstn-audio';
import type { FliteVoice } from './voices.ts';

/** To the worker: say this. One at a time. */
export interface SpeechTask {
  voice: FliteVoice;
  segments: Segment[];
}

/** From the worker: the samples, or why there are none. */
export type SpeechOutcome = { samples: Int16Array } | { fault: string };
