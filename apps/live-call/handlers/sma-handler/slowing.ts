import type { GuessCounts } from '../tables/index.ts';
import { SLOWING } from './limits.ts';

/** Milliseconds to wait before the PIN prompt, after so many wrong guesses. Grows with them, up to a cap. */
export function slowingMs(counts: GuessCounts): number {
  const tooManyByNumber = counts.byNumber - SLOWING.freeByNumber;
  const byNumber = tooManyByNumber < 0 ? 0 : SLOWING.stepByNumberMs * 2 ** tooManyByNumber;
  const overall = Math.max(0, counts.overall - SLOWING.freeOverall) * SLOWING.stepOverallMs;
  return Math.min(byNumber + overall, SLOWING.maxMs);
}
