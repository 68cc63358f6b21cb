/** The offline voice, for Amazon Polly's API. Its thread starts with the first text. */

import { resample } from '#audio';
import type { Synthesize } from '#aws';
import type { Log } from '#platform';
import { startSpeech } from '#speech';

/** Samples a second of the offline voice. */
const SPEECH_RATE = 8000;

export function pollyVoice(log: Log): { synthesize: Synthesize; close(): Promise<void> } {
  const speech = startSpeech({ log });
  return {
    synthesize: async (request, rate) => resample(await speech.synthesize(request), SPEECH_RATE, rate),
    close: () => speech.close(),
  };
}
