import { expect, test } from 'vitest';
import { type CallRow, ORDER_ID, type UpdateCallRequest } from '#contract';
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

/** An API whose answers are given by the test. */
function heldApi() {
  const waiting: {
    route: string;
    body: UpdateCallRequest;
    resolve: (value: unknown) => void;
    reject: (error: Error) => void;
  }[] = [];
  const postTimed = async (route: string, body: UpdateCallRequest) => {
    const answer = await new Promise((resolve, reject) => waiting.push({ route, body, resolve, reject }));
    return { answer, stages: [] };
  };
  return { waiting, api: { postTimed } as unknown as Api };
}

const accepted = (updateId: string) => ({
  ...{ updateId, transactionId: '', status: 'accepted' as const, acceptedAt: '2026' },
});
const tooMany = () => new ApiFailure({ kind: 'too-many', status: 429, message: 'slow' });

test('Orders for a meeting go four a second; throttled ones once more', async () => {
  const { waiting, api } = heldApi();
  const clock = new ScriptedClock();
  const store = new UpdateStore(
    api,
    clock,
    () => {},
    () => 0.5,
  );
  const rows = Array.from({ length: 9 }, (_, count) => row(count));
  store.submit(rows, { updateInfo: 'Speak', text: 'hello' }, 'python', 'A');
  const sentAt: number[] = [];
  for (let tenth = 0; tenth < 60; tenth += 1) {
    for (const one of waiting.splice(0)) {
      expect(one.route).toBe('/updateCallPython');
      sentAt.push(clock.now());
      const first = sentAt.length === 3;
      if (first) one.reject(tooMany());
      else one.resolve(accepted(one.body.orderId ?? ''));
    }
    await settled();
    clock.advance(100);
  }
  expect(store.getSubmissions().map((one) => one.outcome.phase)).toEqual(Array(9).fill('accepted'));
  expect(sentAt).toHaveLength(10);
  for (const at of sentAt) {
    const within = sentAt.filter((other) => other >= at && other < at + 1000);
    expect(within.length).toBeLessThanOrEqual(4);
  }
  expect(new Set(store.getSubmissions().map((one) => one.batch?.key)).size).toBe(1);
});

test('An order that is throttled twice is refused', async () => {
  const { waiting, api } = heldApi();
  const clock = new ScriptedClock();
  const store = new UpdateStore(
    api,
    clock,
    () => {},
    () => 0.5,
  );
  store.submit([row(1)], { updateInfo: 'PlayAudio' }, 'node');
  waiting[0]?.reject(tooMany());
  await settled();
  expect(store.getSubmissions()[0]?.outcome.phase).toBe('waiting');
  clock.advance(1499);
  expect(waiting).toHaveLength(1);
  clock.advance(1);
  expect(waiting[1]?.body).toEqual(waiting[0]?.body);
  waiting[1]?.reject(tooMany());
  await settled();
  expect(store.getSubmissions()[0]?.outcome.phase).toBe('refused');
});

test('One update mutes everyone, through another call when its own ended', async () => {
  const { waiting, api } = heldApi();
  const store = new UpdateStore(api, new ScriptedClock(), () => {});
  const rows = [{ ...row(1), status: 'joining' as const }, row(2), row(3)];
  store.submit(rows, { updateInfo: 'MuteAttendee' }, 'node', 'A');
  expect(waiting.map(({ body }) => [body.transactionId, body.everyone])).toEqual([['t2', true]]);
  waiting[0]?.reject(new ApiFailure({ kind: 'call-ended', status: 404, message: 'gone' }));
  await settled();
  expect(waiting[1]?.body.transactionId).toBe('t1');
  expect(waiting[1]?.body.orderId).not.toBe(waiting[0]?.body.orderId);
  waiting[1]?.resolve(accepted('u'));
  await settled();
  expect(store.getSubmissions().map(({ outcome }) => outcome.phase)).toEqual(['accepted']);
});

test('Again sends the same order if its arrival is unknown', async () => {
  const { waiting, api } = heldApi();
  const clock = new ScriptedClock();
  const store = new UpdateStore(api, clock, () => {});
  store.submit([row(1)], { updateInfo: 'Speak', text: 'hello' }, 'node');
  waiting[0]?.reject(new ApiFailure({ kind: 'timeout', status: 0, message: 'no answer' }));
  await settled();
  const again = async () => {
    clock.advance(5000);
    const [newest] = store.getSubmissions();
    if (newest) store.again(newest);
    waiting.at(-1)?.resolve(accepted('u'));
    await settled();
  };
  await again();
  await again();
  const orders = waiting.map(({ body }) => body.orderId ?? '');
  expect(orders.every((orderId) => ORDER_ID.test(orderId))).toBe(true);
  expect([orders[1] === orders[0], orders[2] === orders[0]]).toEqual([true, false]);
  const [last, first, ...more] = store.getSubmissions();
  expect(more).toEqual([]);
  expect(last?.request).toEqual({ ...first?.request, orderId: orders[2] });
  expect(last?.key).not.toBe(first?.key);
  expect([first?.clickedAt, last?.clickedAt]).toEqual([clock.now() - 10_000, clock.now()]);
});

test('The second of two quick clicks sends nothing', () => {
  const { waiting, api } = heldApi();
  const clock = new ScriptedClock();
  const store = new UpdateStore(api, clock, () => {});
  const click = (text: string) => store.submit([row(1)], { updateInfo: 'Speak', text }, 'node');
  const first = click('hello');
  clock.advance(990);
  expect(click('hello')).toBe(first);
  clock.advance(10);
  click('good-bye');
  clock.advance(1000);
  click('good-bye');
  expect(waiting.map(({ body }) => body.text)).toEqual(['hello', 'good-bye', 'good-bye']);
});
