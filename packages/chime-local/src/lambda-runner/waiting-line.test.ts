import { expect, test } from 'vitest';
import { CROWDED_AFTER_MS, NEW_GIVEN_UP_MS } from './limits.ts';
import { WaitingLine } from './waiting-line.ts';

const SECOND = 1_000;

/** A waiting line that records which of its invocations are refused. */
function lineUnderTest() {
  const line = new WaitingLine();
  const refused: string[] = [];
  let count = 0;
  const add = (urgency: 'live' | 'new', since: number, source?: string): void => {
    const requestId = `${source ?? urgency} ${++count}`;
    const refuse = (error: Error) => void refused.push(`${requestId}: ${error.name}`);
    line.add({ requestId, payload: '', functionArn: '', settle: () => {}, refuse, since, source }, urgency);
  };
  return { line, refused, add };
}

/**
 * Simulates calls that arrive and are served at given rates; returns the waiting times in ms and how many
 * were turned away.
 */
function burst(calls: number, perSecond: number, served: (second: number) => number) {
  const { line, refused, add } = lineUnderTest();
  const waits: number[] = [];
  let left = calls;
  let crowded = 0;
  for (let second = 0; left > 0 || line.size > 0; second++) {
    const now = second * SECOND;
    for (let n = 0; n < perSecond && left > 0; n++, left--) {
      if (line.expectedWaitMs(now) > CROWDED_AFTER_MS) crowded++;
      else add('new', now);
    }
    const end = now + SECOND - 1;
    for (let n = served(second); n > 0; n--) {
      const next = line.takeNew(end);
      if (next) waits.push(end - next.since);
    }
  }
  return { crowded, refused, waits };
}

test('A cold burst of 1,600 calls waits its turn; none is throttled', () => {
  // Nothing is served for two seconds, little for another two, then as much as two otherwise idle cores can do.
  const { crowded, refused, waits } = burst(1_600, 200, (second) => (second < 2 ? 0 : second < 4 ? 40 : 150));
  expect({ crowded, refused, served: waits.length }).toEqual({ crowded: 0, refused: [], served: 1_600 });
  expect(Math.max(...waits)).toBeLessThan(CROWDED_AFTER_MS);
});

test('Late arrivals are refused early if too few are served', () => {
  const { crowded, refused, waits } = burst(1_600, 200, () => 40);
  expect(crowded).toBeGreaterThan(300);
  expect(crowded + refused.length + waits.length).toBe(1_600);
  expect(Math.max(...waits)).toBeLessThan(NEW_GIVEN_UP_MS);
});

test('An invocation whose caller has given up is not started', () => {
  const { line, refused, add } = lineUnderTest();
  add('new', 0);
  add('new', SECOND);
  expect(line.takeNew(NEW_GIVEN_UP_MS)?.requestId).toBe('new 2');
  expect(refused).toEqual(['new 1: TooManyRequestsException']);
});

test('Events of live calls may wait for any length of time', () => {
  const { line, refused, add } = lineUnderTest();
  for (let call = 0; call < 1_600; call++) add('live', 0);
  const taken = Array.from({ length: 1_600 }, () => line.takeLive(SECOND)?.requestId);
  expect([taken[0], taken[1_599], refused.length]).toEqual(['live 1', 'live 1600', 0]);
});

test('A flood from one address keeps nobody else waiting', () => {
  const { line, add } = lineUnderTest();
  for (let call = 0; call < 1_300; call++) add('new', 0, 'flood');
  add('new', 10, 'honest');
  expect([line.takeNew(20)?.requestId, line.takeNew(20)?.requestId]).toEqual(['flood 1', 'honest 1301']);
  expect(line.takeNew(20)?.requestId).toBe('flood 2');
});

test('The events of a flood of calls keep no other call waiting', () => {
  const { line, add } = lineUnderTest();
  for (let event = 0; event < 1_300; event++) add('live', 0, 'flood');
  add('live', 10, 'honest');
  add('live', 10, 'honest');
  add('new', 0, 'early');
  const taken = Array.from({ length: 5 }, () => line.takeLive(20)?.requestId);
  expect(taken).toEqual(['flood 1', 'honest 1301', 'flood 2', 'honest 1302', 'flood 3']);
});

test("A flood's events keep no new call of another source waiting", () => {
  const { line, add } = lineUnderTest();
  for (let event = 0; event < 1_300; event++) add('live', 0, 'flood');
  add('new', 0, 'flood');
  add('new', 10, 'honest');
  add('live', 10, 'other');
  expect(line.expectedWaitMs(20, 'honest')).toBeLessThan(SECOND);
  const take = (hasRoom: boolean) => line.take(20, hasRoom)?.waiting.requestId;
  expect([take(false), take(true), take(true), take(true)]).toEqual([
    'flood 1',
    'honest 1302',
    'other 1303',
    'flood 2',
  ]);
  const rest = Array.from({ length: 1_299 }, () => take(true));
  expect([rest.at(-2), rest.at(-1), take(true)]).toEqual(['flood 1300', 'flood 1301', undefined]);
});

test('New invocations wait behind all live events of their source', () => {
  const { line, add } = lineUnderTest();
  add('new', 0, 'gateway');
  for (let event = 0; event < 3; event++) add('live', 10, 'gateway');
  const taken = Array.from({ length: 4 }, () => line.take(20, true)?.urgency);
  expect(taken).toEqual(['live', 'live', 'live', 'new']);
});

test('An event that was put back is taken first', () => {
  const { line, add } = lineUnderTest();
  add('live', 0, 'a');
  add('live', 0, 'b');
  const first = line.takeLive(1)!;
  line.putBack(first);
  expect([line.nextSince, line.takeLive(2)?.requestId, line.takeLive(2)?.requestId]).toEqual([
    0,
    'a 1',
    'b 2',
  ]);
});

test('The expected wait of a source ignores the floods of others', () => {
  const { line, add } = lineUnderTest();
  for (let call = 0; call < 1_300; call++) add('new', 0, 'flood');
  const served = 10 * SECOND;
  for (let at = 0; at <= served; at += 100) line.takeNew(at);
  expect(line.expectedWaitMs(served, 'flood')).toBeGreaterThan(CROWDED_AFTER_MS);
  expect(line.expectedWaitMs(served, 'honest')).toBeLessThan(SECOND);
  expect(line.size).toBe(1_300 - 101);
});
