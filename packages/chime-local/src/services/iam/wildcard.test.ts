import { describe, expect, it } from 'vitest';
import { wildcardMatch } from './wildcard.ts';

/** Milliseconds of the processor's time; places held in bits take some 30 of them, comparisons one by one 5,000. */
const SOON_MS = 1_000;
/** Comparing these texts one by one is given up. */
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
  ])('%j and %j', (pattern, text, fits) => {
    expect(wildcardMatch(pattern, text)).toBe(fits);
  });

  it.each(['', 'b', '?', '*', '?b', 'b*', '*b?', 'b*b', '?*b', '*?*'])('long ones that end in %j', (end) => {
    for (const rest of ['', 'a', 'b', 'ab', 'ba', 'bab', 'bcb', 'cccb']) {
      for (const pattern of [`*${LONG}${end}`, `*${LONG}?${end}`, `*b*${LONG}${end}`, `${LONGER}${end}`]) {
        const text = LONGER + rest;
        const fits = asExpression(pattern).test(text);
        expect([pattern, rest, wildcardMatch(pattern, text)]).toEqual([pattern, rest, fits]);
      }
    }
  });

  it('A long text that nearly fits over and over is judged soon', () => {
    const before = process.cpuUsage();
    expect(wildcardMatch(`*${'a'.repeat(15_000)}b`, 'a'.repeat(30_000))).toBe(false);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(SOON_MS);
  });
});
