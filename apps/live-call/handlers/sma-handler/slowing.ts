import { SLOWING } from './limits.ts';

/**
 * Milliseconds to wait before the next PIN prompt, given the number's wrong guesses. Grows with them, up to a
 * limit.
 */
export function slowingMs(wrongGuesses: number): number {
  const tooMany = wrongGuesses - SLOWING.freeByNumber;
  return tooMany < 0 ? 0 : Math.min(SLOWING.stepByNumberMs * 2 ** tooMany, SLOWING.maxMs);
}
