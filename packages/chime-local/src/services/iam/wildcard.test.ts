import { describe, expect, it } from 'vitest';
import { wildcardMatch } from './wildcard.ts';

/**
 * Limit on CPU time in milliseconds. The bit-parallel match takes about 30 ms, a match character by character
 * 5,000 ms.
 */
const SOON_MS = 1_000;
/** These texts are so long that matching character by character is abandoned. */
const LONG = 'a'.repeat(300);
const LONGER = 'a'.repeat(900);

const asExpression = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replaceAll('?', '.').replaceAll('*', '.*')}$`);

describe('wildcards', () => {
  it.each([
    ['', '', true],
    ['*', '', true],
    ['?', '', false],
    ['a*c', 'abbc', true],
    ['a*c', 'abb', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*b*', 'aabaa', true],
    ['**a', 'a', true],
    ['a.c', 'abc', false],
  ])('Pattern %j against text %j', (pattern, text, fits) => {
    expect(wildcardMatch(pattern, text)).toBe(fits);
  });

  it.each(['', 'b', '?', '*', '?b', 'b*', '*b?', 'b*b', '?*b', '*?*'])('Long pattern ending in %j', (end) => {
    for (const rest of ['', 'a', 'b', 'ab', 'ba', 'bab', 'bcb', 'cccb']) {
      for (const pattern of [`*${LONG}${end}`, `*${LONG}?${end}`, `*b*${LONG}${end}`, `${LONGER}${end}`]) {
        const text = LONGER + rest;
        const fits = asExpression(pattern).test(text);
        expect([pattern, rest, wildcardMatch(pattern, text)]).toEqual([pattern, rest, fits]);
      }
    }
  });

  it('A long text with many near matches is decided quickly', () => {
    const before = process.cpuUsage();
    expect(wildcardMatch(`*${'a'.repeat(15_000)}b`, 'a'.repeat(30_000))).toBe(false);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(SOON_MS);
  });
});
