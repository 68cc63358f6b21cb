import { resampleInSteps, TELEPHONE_RATE } from '#audio';
import { inTurns } from '#platform';
import type { Speech, SpeechRequest } from './speech.ts';

/** Speaks a text as mono samples at another rate, Hz. Rejects with `SpeechError` as `Speech` does. */
export async function synthesizeAt(
  speech: Speech,
  request: SpeechRequest,
  rate: number,
): Promise<Int16Array> {
  return inTurns(resampleInSteps(await speech.synthesize(request), TELEPHONE_RATE, rate));
}
