import { resampledLength, resampleInto, TELEPHONE_RATE } from '#audio';
import type { Speech, SpeechRequest } from './speech.ts';

/** Samples that are resampled before the event loop has its turn: some 10 ms of work. Five minutes take a second. */
const IN_ONE_TURN = 48_000;

/** A text as mono samples of another rate, Hz. Rejects with `SpeechError` as `Speech` does. */
export async function synthesizeAt(
  speech: Speech,
  request: SpeechRequest,
  rate: number,
): Promise<Int16Array> {
  const samples = await speech.synthesize(request);
  const result = new Int16Array(resampledLength(samples.length, TELEPHONE_RATE, rate));
  for (let at = 0; at < result.length; at += IN_ONE_TURN) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    const to = Math.min(at + IN_ONE_TURN, result.length);
    resampleInto(result, { at, to }, samples, TELEPHONE_RATE, rate);
  }
  return result;
}
