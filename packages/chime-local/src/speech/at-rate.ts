import { resample, TELEPHONE_RATE } from '#audio';
import type { Speech, SpeechRequest } from './speech.ts';

/** A text as mono samples of another rate, Hz. Rejects with `SpeechError` as `Speech` does. */
export async function synthesizeAt(
  speech: Speech,
  request: SpeechRequest,
  rate: number,
): Promise<Int16Array> {
  return resample(await speech.synthesize(request), TELEPHONE_RATE, rate);
}
