import { expect, test } from 'vitest';
import type { CallRow } from '#contract';
import { groupMeetings } from './grouping.ts';

const row = (transactionId: string, meetingName: string, joinedAt: string): CallRow => ({
  ...{ meetingId: 'm', attendeeId: 'a', fromNumber: '+1', toNumber: '+2', callId: 'c', status: 'joined' },
  ...{ transactionId, meetingName, joinedAt, muted: false },
});
const meeting = (name: string, pin: string, createdAt: string) => ({ name, pin, createdAt });

test('Callers are listed under the created name, in order of arrival', () => {
  const groups = groupMeetings(
    [meeting('B', '2', '2026-02'), meeting('A', '1', '2026-01'), meeting('B', '3', '2026-03')],
    [row('late', 'A', '2026-05'), row('early', 'A', '2026-04'), row('lost', 'Old', '2026-04')],
  );
  expect(
    groups.map(({ name, pins, callers }) => [name, pins, callers.map((one) => one.transactionId)]),
  ).toEqual([
    ['A', ['1'], ['early', 'late']],
    ['B', ['2', '3'], []],
    ['Old', [], ['lost']],
  ]);
});

test('A row without a name is listed under its meeting id', () => {
  expect(groupMeetings([], [row('x', '', '')])[0]?.name).toBe('m');
});
