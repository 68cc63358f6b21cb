import { expect, it } from 'vitest';
import { recordMeetings } from './recorded-meetings.ts';

it("A meeting's joins, mutes and leaves are recorded for the leg concerned", () => {
  const told: string[] = [];
  const watch = recordMeetings({
    addToLeg: (legId, entry) => told.push(`${legId} ${'change' in entry ? entry.change : ''}`),
  });
  const seat = { meetingId: 'm', attendeeId: 'a' };
  watch.seated('leg-1', seat);
  watch.muted(seat, true);
  watch.muted({ ...seat, attendeeId: 'somebody else' }, true);
  watch.seated('leg-2', seat);
  watch.unseated('leg-1', seat);
  watch.muted(seat, false);
  expect(told).toEqual(['leg-1 joined', 'leg-1 muted', 'leg-2 joined', 'leg-1 left', 'leg-2 unmuted']);
});
