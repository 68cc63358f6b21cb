import { SLOWING } from './limits.ts';

/** Milliseconds to wait before the next PIN prompt, after so many wrong guesses of the number. Grows with them, up to a cap. */
export function slowingMs(wrongGuesses: number): number {
  const tooMany = wrongGuesses - SLOWING.freeByNumber;
  return tooMany < 0 ? 0 : Math.min(SLOWING.stepByNumberMs * 2 ** tooMany, SLOWING.maxMs);
}
