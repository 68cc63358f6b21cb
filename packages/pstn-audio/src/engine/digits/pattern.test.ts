import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPattern, matches } from './pattern.ts';

const KEYS = '0123456789*#ABCD';
const keyStrings = fc.string({ unit: fc.constantFrom(...KEYS), maxLength: 12 });

/** Patterns from published handlers, and corner cases of the syntax. */
const PATTERNS = [
  '^\\*\\d{1}$',
  '[5-7]',
  '^[12]$',
  '[0-9]',
  '^\\d{2}#$',
  '^\\d{4,6}$',
  '^(?=.*[0-9])(?!.*#)[0-9*]+$',
  '^1?[2-9]\\d{2}[2-9]\\d{6}$',
  '(12|34)+5?',
  '^(?:\\*[5-8]|#{2})$',
  '(?<pin>\\d{3})\\b',
  '^[^0-4*]*$',
  '\\*\\*|##',
  'a|1',
  '',
  '^$',
  '(1*)*2',
  '(|1)+2',
  '[\\d*]{0,3}#',
  '\\x31\\u0032',
  '1{2,}?',
  '\\B7',
  '.\\.?',
];

test.each(PATTERNS)('%j finds what the language’s own matcher finds', (pattern) => {
  expect(isPattern(pattern)).toBe(true);
  const own = new RegExp(pattern);
  fc.assert(
    fc.property(keyStrings, (keys) => matches(pattern, keys) === own.test(keys)),
    { seed: 1 },
  );
});

test.each([
  '[',
  '(',
  ')',
  'a)',
  '*1',
  '1**',
  '1++',
  '(?<=1)2',
  '(1)\\1',
  '\\k<a>',
  '\\p{L}',
  '[2-1]',
  '[]',
  '[a&&b]',
  '{3}',
  '1{2,1}',
  '1{1001}',
  '\\',
  '(?i)1',
  '1'.repeat(513),
])('%j is no pattern', (pattern) => {
  expect(isPattern(pattern)).toBe(false);
  expect(matches(pattern, '1')).toBe(false);
});

test.each([
  '(\\d+)+x',
  '(\\d*)*#',
  '(\\d|\\d\\d)+$x',
  '^(([0-9])+.)+x$',
  '^(?=(1+)+x)(?!(1+)+y)1',
])('%j does not hang on 128 digits', (pattern) => {
  const begun = performance.now();
  expect(matches(pattern, '1'.repeat(128))).toBe(false);
  expect(performance.now() - begun).toBeLessThan(5000);
});

test('Patterns that would grow without end are refused at once', () => {
  const begun = performance.now();
  expect(isPattern('((\\d{900}){900}){900}')).toBe(false);
  expect(isPattern(`${'('.repeat(80)}${'){1000}'.repeat(61)}${')'.repeat(19)}`)).toBe(false);
  expect(isPattern('(?=1)(?=1)(?=1)(?=1)(?=1)')).toBe(false);
  expect(performance.now() - begun).toBeLessThan(5000);
});

test('Any text is accepted or refused without an exception', () => {
  const texts = fc.string({ unit: fc.constantFrom(...'0123*#\\dDwb()[]{}|^$?+-,.:=!<>'), maxLength: 40 });
  fc.assert(
    fc.property(texts, keyStrings, (pattern, keys) => {
      const found = matches(pattern, keys);
      if (!isPattern(pattern)) return !found;
      return found === new RegExp(pattern).test(keys);
    }),
    { seed: 2, numRuns: 2000 },
  );
});
