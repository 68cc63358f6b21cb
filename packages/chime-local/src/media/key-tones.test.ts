import { expect, it } from 'vitest';
import { toneLevelDbfs } from '#audio';
import { keyTones } from './key-tones.ts';

const RATE = 8000;
const PRESENT_DBFS = -20;

it.each([
  ['1', 697, 1209],
  ['5', 770, 1336],
  ['0', 941, 1336],
  ['#', 941, 1477],
  ['D', 941, 1633],
])('Key %s consists of its two tones', (key, low, high) => {
  const samples = keyTones({ keys: key, toneMs: 200, gapMs: 100, commaMs: 500 });
  expect(samples).toHaveLength(0.3 * RATE);
  const heard = [697, 770, 852, 941, 1209, 1336, 1477, 1633].filter(
    (hz) => toneLevelDbfs(samples.subarray(0, 0.2 * RATE), hz, RATE) > PRESENT_DBFS,
  );
  expect(heard).toEqual([low, high]);
  expect(samples.subarray(0.2 * RATE).every((sample) => sample === 0)).toBe(true);
});

it('A comma becomes silence', () => {
  const samples = keyTones({ keys: ',', toneMs: 200, gapMs: 100, commaMs: 500 });
  expect([samples.length, samples.every((sample) => sample === 0)]).toEqual([0.5 * RATE, true]);
});
