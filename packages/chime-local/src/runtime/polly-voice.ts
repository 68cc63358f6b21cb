/** The offline voice for Amazon Polly's API. Its thread starts with the first text. */
import path from 'node:path';
import type { EncodeSound, Synthesize } from '#aws';
import { cacheDirectory, type Log } from '#platform';
import { startSpeech, synthesizeAt } from '#speech';
import { soundEncoders } from './sound-encoders.ts';

export function pollyVoice(log: Log): {
  synthesize: Synthesize;
  encode: EncodeSound;
  close(): Promise<void>;
} {
  const speech = startSpeech({ log });
  return {
    synthesize: (request, rate) => synthesizeAt(speech, request, rate),
    encode: soundEncoders({
      folder: path.join(cacheDirectory(), 'sound-encoders'),
      onProgress: (text) => log.info(text),
    }),
    close: () => speech.close(),
  };
}
