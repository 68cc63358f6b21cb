import type { CallSummary } from 'pstn-audio/record';
import { expect, test } from 'vitest';
import { CallFeed, type FeedWorld } from './call-feed.ts';

const call = (transactionId: string, state: CallSummary['state'], durationMs: number): CallSummary => ({
  ...{ transactionId, state, durationMs, at: 0, direction: 'inbound', from: '+1', to: '+2' },
  ...{ functionArn: '', invocations: 0, failedInvocations: 0, updates: 0, faults: 0, legId: '' },
});

type Stream = ReturnType<FeedWorld['open']>;

/** A runtime whose answers the test gives. */
function runtime() {
  const streams: Stream[] = [];
  const timers: (() => void)[] = [];
  const world = {
    calls: [] as CallSummary[] | undefined,
    open(): Stream {
      const stream = { onopen: null, onmessage: null, onerror: null, readyState: 1, close() {} };
      streams.push(stream);
      return stream;
    },
    load: async () => world.calls,
    after: (_ms: number, what: () => void) => void timers.push(what),
  };
  const feed = new CallFeed(world);
  feed.start();
  const stream = (): EventSource => streams.at(-1) as EventSource;
  return {
    world,
    feed,
    streams,
    open: async (calls: CallSummary[] | undefined) => {
      world.calls = calls;
      stream().onopen?.(new Event('open'));
      await new Promise((resolve) => setImmediate(resolve));
    },
    tell: (...rows: CallSummary[]) =>
      stream().onmessage?.({ data: JSON.stringify(rows) } as MessageEvent<string>),
    fail: (readyState: number) => {
      Object.assign(stream(), { readyState });
      stream().onerror?.(new Event('error'));
    },
    wait: () => {
      for (const timer of timers.splice(0)) timer();
    },
    shown: () => feed.state().calls?.map(({ transactionId, state }) => `${transactionId} ${state}`),
  };
}

test('shows what the next runtime says of the calls of the last', async () => {
  const { open, tell, fail, shown, feed } = runtime();
  await open([call('a', 'connected', 10), call('b', 'ended', 5)]);
  tell(call('a', 'connected', 9000));
  fail(0);
  expect(feed.state().connection).toBe('lost');
  await open([call('a', 'lost', 4000)]);
  expect(shown()).toEqual(['a lost']);
  expect(feed.state().connection).toBe('live');
});

test('a change that comes before the list is not undone by it', async () => {
  const { open, tell, shown } = runtime();
  const opened = open([call('a', 'ringing', 10)]);
  tell(call('a', 'connected', 20));
  await opened;
  expect(shown()).toEqual(['a connected']);
});

test('opens a stream again that a starting runtime has refused', async () => {
  const { open, fail, wait, streams, shown } = runtime();
  fail(2);
  wait();
  await open(undefined);
  wait();
  expect(streams).toHaveLength(3);
  await open([call('a', 'ended', 10)]);
  expect(shown()).toEqual(['a ended']);
});
