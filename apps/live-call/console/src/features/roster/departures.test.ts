import { expect, test } from 'vitest';
import { DEPARTED_MS, type ListedEntry, withDepartures } from './departures.ts';
import type { RosterEntry } from './roster.ts';

const entry = (attendeeId: string): RosterEntry => ({
  kind: 'other',
  attendeeId,
  name: attendeeId,
  status: 'joined',
  microphone: { is: 'unknown' },
  speaking: undefined,
});
const shown = (list: readonly ListedEntry[]) =>
  list.map(({ entry: { attendeeId }, leftAt }) => (leftAt === undefined ? attendeeId : `(${attendeeId})`));

test('Participants who left keep their places for five seconds', () => {
  const all = withDepartures([], ['a', 'b', 'c'].map(entry), 0);
  const left = withDepartures(all, ['a', 'c'].map(entry), 1000);
  expect(shown(left)).toEqual(['a', '(b)', 'c']);
  const more = withDepartures(left, ['c', 'd'].map(entry), 2000);
  expect(shown(more)).toEqual(['(a)', '(b)', 'c', 'd']);
  expect(shown(withDepartures(more, ['c', 'd'].map(entry), 1000 + DEPARTED_MS))).toEqual(['(a)', 'c', 'd']);
  expect(shown(withDepartures(more, ['c', 'd'].map(entry), 2000 + DEPARTED_MS))).toEqual(['c', 'd']);
});

test('A participant who comes back is present again', () => {
  const left = withDepartures(withDepartures([], [entry('a')], 0), [], 100);
  expect(shown(left)).toEqual(['(a)']);
  expect(shown(withDepartures(left, [entry('a')], 200))).toEqual(['a']);
});
