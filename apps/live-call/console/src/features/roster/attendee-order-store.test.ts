import { expect, test } from 'vitest';
import type { BrowserRow } from '#contract';
import { ScriptedClock } from '#testkit';
import type { Api } from '../../server/api.ts';
import { ApiFailure } from '../../server/failure.ts';
import { AttendeeOrderStore } from './attendee-order-store.ts';

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
  const store = new AttendeeOrderStore(api, clock, () => {
    answers += 1;
  });
  store.subscribe(() => notes.push(store.getNotes().get('a')?.text ?? '-'));
  return { asked, notes, store, clock, answers: () => answers };
}

test('One request is sent for an attendee and shown as pending', async () => {
  const { asked, notes, store, answers } = world();
  const who = { meetingId: 'm', attendeeId: 'a' };
  await store.submit(ROW, 'mute');
  await store.submit(ROW, 'unmute');
  await store.submit(ROW, 'remove');
  expect(asked).toEqual([
    ['/setAttendeeAudio', { ...who, audio: 'Receive' }],
    ['/setAttendeeAudio', { ...who, audio: 'SendReceive' }],
    ['/removeAttendee', who],
  ]);
  expect(notes).toEqual(['Mute: sending…', '-', 'Unmute: sending…', '-', 'Disconnect: sending…', '-']);
  expect(answers()).toBe(3);
});

test('A failed order says why for a while', async () => {
  const { store, clock } = world(true);
  await store.submit(ROW, 'mute');
  expect(store.getNotes().get('a')).toEqual({ failed: true, text: 'Mute: Wait.', order: 'mute' });
  clock.advance(60_000);
  expect(store.getNotes().size).toBe(0);
});
