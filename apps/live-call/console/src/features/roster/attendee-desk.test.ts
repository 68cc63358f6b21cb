import { expect, test } from 'vitest';
import type { BrowserRow } from '#contract';
import { ScriptedClock } from '#testkit';
import type { Api } from '../../server/api.ts';
import { ApiFailure } from '../../server/failure.ts';
import { AttendeeDesk } from './attendee-desk.ts';

const ROW: BrowserRow = {
  ...{ meetingId: 'm', attendeeId: 'a', displayName: 'ann', meetingName: 'Board' },
  ...{ audio: 'SendReceive', joinedAt: '', muted: false },
};

function world(fails = false) {
  const asked: unknown[] = [];
  const notes: string[] = [];
  let answers = 0;
  const api = {
    post: async (route: string, body: unknown) => {
      asked.push([route, body]);
      if (fails) throw new ApiFailure({ kind: 'too-many', status: 429, message: 'Wait.' });
      return {};
    },
  } as unknown as Api;
  const clock = new ScriptedClock();
  const desk = new AttendeeDesk(api, clock, () => {
    answers += 1;
  });
  desk.subscribe(() => notes.push(desk.getNotes().get('a')?.text ?? '-'));
  return { asked, notes, desk, clock, answers: () => answers };
}

test('each order is one request about one attendee, and is shown while it is on its way', async () => {
  const { asked, notes, desk, answers } = world();
  const who = { meetingId: 'm', attendeeId: 'a' };
  await desk.submit(ROW, 'mute');
  await desk.submit(ROW, 'unmute');
  await desk.submit(ROW, 'remove');
  expect(asked).toEqual([
    ['/setAttendeeAudio', { ...who, audio: 'Receive' }],
    ['/setAttendeeAudio', { ...who, audio: 'SendReceive' }],
    ['/removeAttendee', who],
  ]);
  expect(notes).toEqual(['Mute: sending…', '-', 'Unmute: sending…', '-', 'Disconnect: sending…', '-']);
  expect(answers()).toBe(3);
});

test('an order that was not carried out says why, for a while', async () => {
  const { desk, clock } = world(true);
  await desk.submit(ROW, 'mute');
  expect(desk.getNotes().get('a')).toEqual({ failed: true, text: 'Mute: Wait.' });
  clock.advance(60_000);
  expect(desk.getNotes().size).toBe(0);
});
