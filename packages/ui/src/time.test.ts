import { expect, test } from 'vitest';
import { formatClockTime, formatDelay, formatDuration, spokenDuration } from './time.ts';

test.each([
  [-5, '0:00', '0 seconds'],
  [999, '0:00', '0 seconds'],
  [61_000, '1:01', '1 minute 1 second'],
  [723_000, '12:03', '12 minutes 3 seconds'],
  [3_723_000, '1:02:03', '1 hour 2 minutes 3 seconds'],
])('%i ms last %s', (ms, written, spoken) => {
  expect(formatDuration(ms)).toBe(written);
  expect(spokenDuration(ms)).toBe(spoken);
});

test.each([
  [-1, '0 ms'],
  [33.6, '34 ms'],
  [999.4, '999 ms'],
  [1234, '1.2 s'],
  [125_000, '2:05'],
])('a delay of %d ms is %s', (ms, text) => {
  expect(formatDelay(ms)).toBe(text);
});

test('A time is shown with its milliseconds', () => {
  expect(formatClockTime(Date.UTC(2026, 0, 2, 3, 4, 5, 67), 'UTC')).toBe('03:04:05.067');
});
