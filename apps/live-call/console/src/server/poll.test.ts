import { beforeEach, describe, expect, test } from 'vitest';
import { API_THROTTLE } from '#contract';
import { ScriptedClock } from '#testkit';
import { ApiFailure, type FailureKind } from './failure.ts';
import { POLL_TIMES, Poll } from './poll.ts';

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
  test('asks nothing before the page is there', () => {
    poll.askNow();
    clock.advance(10_000);
    expect(server.asked).toBe(0);
    expect(poll.getState().health).toBe('starting');
  });

  test('The poll asks at once, then each second, one question a time', async () => {
    poll.watch('shown');
    expect(server.asked).toBe(1);
    clock.advance(300);
    await server.answer('a');
    expect(poll.getState()).toMatchObject({ data: 'a', health: 'live', receivedAt: clock.now() });
    clock.advance(699);
    expect(server.asked).toBe(1);
    clock.advance(1);
    expect(server.asked).toBe(2);
    clock.advance(60_000);
    expect(server.asked).toBe(2);
    await server.answer('b');
    clock.advance(0);
    expect(server.asked).toBe(3);
  });

  test('The poll asks once more for what was wanted meanwhile', async () => {
    poll.watch('shown');
    poll.askNow();
    poll.askNow();
    expect(server.asked).toBe(1);
    await server.answer('a');
    clock.advance(999);
    expect(server.asked).toBe(1);
    clock.advance(1);
    expect(server.asked).toBe(2);
  });

  test('backs off while it fails, keeps what it knew, and comes back', async () => {
    poll.watch('shown');
    await server.answer('a');
    clock.advance(1000);
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

  test('asks within the second on focus or coming online, while backing off', async () => {
    poll.watch('shown');
    clock.advance(1000);
    await server.fail('network');
    poll.askNow();
    expect(server.asked).toBe(2);
    await server.answer('a');
    clock.advance(1000);
    expect(server.asked).toBe(3);
    expect(clock.pending).toBe(0);
  });

  test('asks seldom behind another tab, and soon when somebody looks again', async () => {
    poll.watch('shown');
    await server.answer('a');
    poll.watch('hidden');
    clock.advance(1000);
    await server.answer('b');
    clock.advance(POLL_TIMES.hiddenMs - 1);
    expect([server.asked, poll.getState().data, poll.getState().health]).toEqual([2, 'b', 'live']);
    clock.advance(1);
    await server.answer('c');
    clock.advance(2000);
    expect(server.asked).toBe(3);
    poll.watch('shown');
    expect(server.asked).toBe(4);
  });

  test('The poll stops when the page is gone; old answers are dropped', async () => {
    poll.watch('shown');
    await server.answer('a');
    clock.advance(1000);
    const signal = server.waiting[0]?.signal;
    poll.watch('off');
    expect(signal?.aborted).toBe(true);
    await server.answer('late');
    expect(poll.getState().data).toBe('a');
    expect(clock.pending).toBe(0);
  });

  test('asks nothing while signed out, until it is wanted', async () => {
    poll.watch('shown');
    await server.fail('signed-out');
    expect(poll.getState().health).toBe('signed-out');
    expect(clock.pending).toBe(0);
    poll.askNow();
    clock.advance(1000);
    await server.answer('a');
    expect(poll.getState().health).toBe('live');
  });

  test('An answer that says the same has the identity of the last', async () => {
    const objects = new Poll(async () => ({ Items: [1] }), clock);
    objects.watch('shown');
    await settled();
    const first = objects.getState().data;
    clock.advance(1250);
    await settled();
    expect(objects.getState().data).toBe(first);
    expect(objects.getState().receivedAt).toBe(clock.now());
  });
});

describe('how much one page asks', () => {
  test('A page asks one question a second at most, whatever is clicked', async () => {
    const askedAt: number[] = [];
    const page = new Poll(async () => askedAt.push(clock.now()), clock);
    page.watch('shown');
    for (let tenth = 0; tenth < 200; tenth += 1) {
      page.askNow();
      page.hurry(2000);
      await settled();
      clock.advance(100);
    }
    const gaps = askedAt.slice(1).map((at, index) => at - (askedAt[index] ?? 0));
    expect([askedAt.length, Math.min(...gaps)]).toEqual([21, 1000]);
  });

  test('asks a third as often while nothing changes', async () => {
    let changes = 0;
    let asked = 0;
    const page = new Poll(async () => {
      asked += 1;
      return changes;
    }, clock);
    page.watch('shown');
    const during = async (seconds: number): Promise<number> => {
      const before = asked;
      for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
        await settled();
        clock.advance(100);
      }
      return asked - before;
    };
    await during(15);
    expect(await during(60)).toBeLessThanOrEqual(20);
    changes = 1;
    await during(3);
    expect(await during(1)).toBe(1);
  });

  test('200 pages and their updates live within the throttle', async () => {
    const updatesASecond = 5;
    let asked = 0;
    let answers = 0;
    const pages = Array.from({ length: 200 }, () => {
      const page = new Poll(async () => {
        asked += 1;
        answers += 1;
        return answers;
      }, clock);
      page.watch('shown');
      return page;
    });
    await settled();
    // All were opened at the same moment, which is what the burst is for.
    expect(asked).toBeLessThan(API_THROTTLE.burstLimit);
    for (let second = 0; second < 30; second += 1) {
      asked = 0;
      for (let tenth = 0; tenth < 10; tenth += 1) {
        clock.advance(100);
        await settled();
      }
      expect(asked + updatesASecond).toBeLessThanOrEqual(API_THROTTLE.rateLimit);
    }
    for (const page of pages) page.watch('off');
  });

  test('asks seldom while the stream of changes is connected, until one comes', async () => {
    poll.watch('shown');
    poll.rely(true);
    await server.answer('same');
    clock.advance(POLL_TIMES.leastMs);
    await server.answer('same');
    clock.advance(POLL_TIMES.hiddenMs - 1);
    expect(server.asked).toBe(2);
    poll.changed();
    expect(server.asked).toBe(3);
    await server.answer('other');
  });

  test('asks nothing while nobody is there and changes are told', async () => {
    const resting = new Poll(server.ask, clock, (data) => data === 'nobody');
    resting.watch('shown');
    resting.rely(true);
    await server.answer('nobody');
    clock.advance(POLL_TIMES.leastMs);
    await server.answer('nobody');
    clock.advance(POLL_TIMES.restMs - 1);
    expect(server.asked).toBe(2);
    resting.changed();
    expect(server.asked).toBe(3);
    await server.answer('somebody');
    clock.advance(POLL_TIMES.leastMs);
    await server.answer('somebody');
    clock.advance(POLL_TIMES.hiddenMs);
    expect(server.asked).toBe(5);
  });

  test('A page that rests asks when the stream of changes ends', async () => {
    const resting = new Poll(server.ask, clock, () => true);
    resting.watch('shown');
    resting.rely(true);
    await server.answer('nobody');
    clock.advance(POLL_TIMES.leastMs);
    await server.answer('nobody');
    clock.advance(POLL_TIMES.restMs / 2);
    resting.rely(false);
    expect(server.asked).toBe(3);
  });

  test('A change that its own request caused brings no request forward', async () => {
    poll.watch('shown');
    poll.rely(true);
    await server.answer('same');
    clock.advance(POLL_TIMES.leastMs);
    for (let question = 2; question < 5; question += 1) {
      expect(server.asked).toBe(question);
      poll.changed();
      await server.answer('same');
      poll.changed();
      clock.advance(POLL_TIMES.leastMs);
      expect(server.asked).toBe(question);
      clock.advance(POLL_TIMES.idleMs - POLL_TIMES.leastMs);
    }
  });

  test('asks as often as before when the stream of changes ends', async () => {
    poll.watch('shown');
    poll.rely(true);
    await server.answer('same');
    clock.advance(POLL_TIMES.leastMs);
    await server.answer('same');
    poll.rely(false);
    clock.advance(POLL_TIMES.idleMs);
    expect(server.asked).toBe(3);
  });
});
