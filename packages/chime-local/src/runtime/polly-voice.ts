/** The offline voice, for Amazon Polly's API. Its thread starts with the first text. */
import type { Synthesize } from '#aws';
import type { Log } from '#platform';
import { startSpeech, synthesizeAt } from '#speech';

export function pollyVoice(log: Log): { synthesize: Synthesize; close(): Promise<void> } {
  const speech = startSpeech({ log });
  return {
    synthesize: (request, rate) => synthesizeAt(speech, request, rate),
    close: () => speech.close(),
  };
}
