import { expect, test } from 'vitest';
import type { CallRow } from '#contract';
import { ScriptedClock } from '#testkit';
import type { Api } from '../../server/api.ts';
import { ApiFailure } from '../../server/failure.ts';
import { UpdateStore } from './update-store.ts';

const row = (count: number): CallRow => ({
  ...{
    meetingId: 'm',
    attendeeId: `a${count}`,
    fromNumber: '+1',
    toNumber: '+2',
    callId: 'c',
    status: 'joined',
  },
  ...{ transactionId: `t${count}`, meetingName: 'A', joinedAt: '2026', muted: false },
});
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** An API whose answers the test gives. */
function heldApi() {
  const waiting: { route: string; resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  const post = (route: string) =>
    new Promise<unknown>((resolve, reject) => waiting.push({ route, resolve, reject }));
  return { waiting, api: { post } as unknown as Api };
}

test('a whole meeting goes out four at a time, and none is forgotten', async () => {
  const { waiting, api } = heldApi();
  let answers = 0;
  const store = new UpdateStore(api, new ScriptedClock(), () => {
    answers += 1;
  });
  const rows = Array.from({ length: 10 }, (_, count) => row(count));
  store.submit(rows, { updateInfo: 'MuteAttendee' }, 'python', 'A');
  expect(waiting.map((one) => one.route)).toEqual(Array(4).fill('/updateCallPython'));
  waiting[0]?.reject(new ApiFailure({ kind: 'too-many', status: 429, message: 'slow' }));
  await settled();
  expect(waiting).toHaveLength(5);
  for (let next = 1; next < 10; next += 1) {
    waiting[next]?.resolve({
      updateId: `u${next}`,
      transactionId: '',
      status: 'accepted',
      acceptedAt: '2026',
    });
    await settled();
  }
  expect(waiting).toHaveLength(10);
  expect(answers).toBe(10);
  const phases = store.getSubmissions().map((one) => one.outcome.phase);
  expect(phases.sort()).toEqual([...Array(9).fill('accepted'), 'refused']);
  expect(new Set(store.getSubmissions().map((one) => one.batch?.key)).size).toBe(1);
});

test('again sends the same as a new update', async () => {
  const { waiting, api } = heldApi();
  const clock = new ScriptedClock();
  const store = new UpdateStore(api, clock, () => {});
  const [first] = store.submit([row(1)], { updateInfo: 'Speak', text: 'hello' }, 'node');
  clock.advance(5000);
  if (first) store.again(first);
  expect(waiting).toHaveLength(2);
  const [again, before] = store.getSubmissions();
  expect(again?.request).toEqual(before?.request);
  expect(again?.key).not.toBe(before?.key);
  expect(again?.clickedAt).toBe(clock.now());
});
