import { beforeEach, describe, expect, test } from 'vitest';
import { ScriptedClock } from '#testkit';
import { ApiFailure, type FailureKind } from './failure.ts';
import { Poll } from './poll.ts';

/** Questions that were asked and wait for the test to answer them. */
class Server {
  waiting: { resolve: (value: string) => void; reject: (error: Error) => void; signal: AbortSignal }[] = [];
  asked = 0;
  readonly ask = (signal: AbortSignal): Promise<string> => {
    this.asked += 1;
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject, signal }));
  };
  async answer(value: string): Promise<void> {
    this.waiting.shift()?.resolve(value);
    await settled();
  }
  async fail(kind: FailureKind): Promise<void> {
    this.waiting.shift()?.reject(new ApiFailure({ kind, status: 0, message: kind }));
    await settled();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
let clock: ScriptedClock;
let server: Server;
let poll: Poll<string>;

beforeEach(() => {
  clock = new ScriptedClock();
  server = new Server();
  poll = new Poll(server.ask, clock);
});

describe('Poll', () => {
  test('asks nothing before somebody looks', () => {
    poll.askNow();
    clock.advance(10_000);
    expect(server.asked).toBe(0);
    expect(poll.getState().health).toBe('starting');
  });

  test('asks at once, then 500 ms after the last question, never two at a time', async () => {
    poll.watch(true);
    expect(server.asked).toBe(1);
    clock.advance(300);
    await server.answer('a');
    expect(poll.getState()).toMatchObject({ data: 'a', health: 'live', receivedAt: clock.now() });
    clock.advance(199);
    expect(server.asked).toBe(1);
    clock.advance(1);
    expect(server.asked).toBe(2);
    clock.advance(60_000);
    expect(server.asked).toBe(2);
    await server.answer('b');
    clock.advance(0);
    expect(server.asked).toBe(3);
  });

  test('a question that is wanted meanwhile is asked right after the answer', async () => {
    poll.watch(true);
    poll.askNow();
    poll.askNow();
    expect(server.asked).toBe(1);
    await server.answer('a');
    clock.advance(0);
    expect(server.asked).toBe(2);
    await server.answer('b');
    clock.advance(0);
    expect(server.asked).toBe(2);
  });

  test('backs off while it fails, keeps what it knew, and is live again at the first answer', async () => {
    poll.watch(true);
    await server.answer('a');
    clock.advance(500);
    for (const [wait, misses] of [
      [1000, 1],
      [2000, 2],
      [4000, 3],
      [8000, 4],
      [8000, 5],
    ] as const) {
      await server.fail('network');
      expect(poll.getState()).toMatchObject({ data: 'a', health: 'reconnecting', misses });
      const before = server.asked;
      clock.advance(wait - 1);
      expect(server.asked).toBe(before);
      clock.advance(1);
      expect(server.asked).toBe(before + 1);
    }
    await server.answer('b');
    expect(poll.getState()).toMatchObject({ data: 'b', health: 'live', misses: 0 });
    expect(poll.getState().failure).toBeUndefined();
  });

  test('focus or coming online asks at once while backing off', async () => {
    poll.watch(true);
    await server.fail('network');
    poll.askNow();
    expect(server.asked).toBe(2);
    await server.answer('a');
    clock.advance(500);
    expect(server.asked).toBe(3);
    expect(clock.pending).toBe(0);
  });

  test('stops while nobody looks; an answer of before is not taken', async () => {
    poll.watch(true);
    await server.answer('a');
    clock.advance(500);
    const signal = server.waiting[0]?.signal;
    poll.watch(false);
    expect(signal?.aborted).toBe(true);
    expect(poll.getState().health).toBe('paused');
    await server.answer('late');
    expect(poll.getState().data).toBe('a');
    expect(clock.pending).toBe(0);
    poll.watch(true);
    expect(server.asked).toBe(3);
  });

  test('signed out: nothing is asked until it is wanted', async () => {
    poll.watch(true);
    await server.fail('signed-out');
    expect(poll.getState().health).toBe('signed-out');
    expect(clock.pending).toBe(0);
    poll.askNow();
    await server.answer('a');
    expect(poll.getState().health).toBe('live');
  });

  test('hurries for a while', async () => {
    poll.watch(true);
    await server.answer('a');
    poll.hurry(300);
    expect(server.asked).toBe(2);
    await server.answer('b');
    clock.advance(200);
    expect(server.asked).toBe(3);
    clock.advance(150);
    await server.answer('c');
    clock.advance(349);
    expect(server.asked).toBe(3);
    clock.advance(1);
    expect(server.asked).toBe(4);
  });

  test('the same answer keeps its identity', async () => {
    const objects = new Poll(async () => ({ Items: [1] }), clock);
    objects.watch(true);
    await settled();
    const first = objects.getState().data;
    clock.advance(500);
    await settled();
    expect(objects.getState().data).toBe(first);
    expect(objects.getState().receivedAt).toBe(clock.now());
  });
});
