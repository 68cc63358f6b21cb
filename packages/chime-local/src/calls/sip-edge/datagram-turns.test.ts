import { describe, expect, it } from 'vitest';
import { type Log, silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { DatagramTurns, MOST_WAITING_BYTES } from './datagram-turns.ts';
import { UnreadReport } from './unread-report.ts';

const FLOOD = '192.0.2.1';
const HONEST = '198.51.100.1';
/** Time to handle one datagram, ms. */
const HANDLING_MS = 0.1;

/** A fake event loop that lets a test send datagrams and run turns. */
function loop() {
  let nowMs = 0;
  let due: (() => void)[] = [];
  const handled: string[] = [];
  const unread: string[] = [];
  const turns = new DatagramTurns({
    handle(bytes) {
      nowMs += HANDLING_MS;
      handled.push(bytes.toString());
    },
    onUnread: (source) => unread.push(source),
    nowMs: () => nowMs,
    soon: (run) => due.push(run),
  });
  return {
    turns,
    handled,
    unread,
    come(address: string, ...texts: string[]) {
      for (const text of texts) turns.take(Buffer.from(text), { transport: 'udp', address, port: 5060 });
    },
    turn() {
      const now = due;
      due = [];
      for (const run of now) run();
      return due.length > 0;
    },
  };
}

/** More datagrams than there is room for. */
const FLOOD_SIZE = 2 * (MOST_WAITING_BYTES / 256);
const MOST = MOST_WAITING_BYTES;
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

describe('datagrams of many sources', () => {
  it('Few datagrams are handled at once and in order', () => {
    const { come, handled, turn } = loop();
    come(FLOOD, 'a', 'b');
    come(HONEST, 'c');
    expect(handled).toEqual(['a', 'b', 'c']);
    expect(turn()).toBe(false);
  });

  it('A whole burst is handled, in order for each source', () => {
    const { come, handled, turn, unread } = loop();
    come(FLOOD, ...names('f', 500));
    come(HONEST, ...names('h', 100));
    let turned = 0;
    while (turn()) turned++;
    expect(turned).toBeGreaterThan(10);
    expect(handled.filter((text) => text.startsWith('f'))).toEqual(names('f', 500));
    expect(handled.filter((text) => text.startsWith('h'))).toEqual(names('h', 100));
    expect(unread).toEqual([]);
  });

  it('A caller waits for at most one datagram of a flood', () => {
    const { come, handled, turn } = loop();
    for (let n = 0; n < 1_000; n++) {
      come(FLOOD, ...names('f', 32));
      turn();
    }
    const before = handled.length;
    come(HONEST, 'invite');
    turn();
    expect(handled.indexOf('invite') - before).toBeLessThanOrEqual(1);
  });

  it('A flood loses its own messages and leaves room for others', () => {
    const { come, turns, unread, turn, handled } = loop();
    for (const text of names('f', FLOOD_SIZE)) come(FLOOD, text);
    expect(turns.waitingBytes / MOST).toBeCloseTo(1 / 2, 2);
    for (const text of names('g', FLOOD_SIZE)) come('192.0.2.2', text);
    expect(turns.waitingBytes / MOST).toBeCloseTo(3 / 4, 2);
    expect(new Set(unread)).toEqual(new Set([FLOOD, '192.0.2.2']));
    const told = unread.length;
    come(HONEST, ...names('h', 1_000));
    expect(unread).toHaveLength(told);
    while (turn());
    expect(handled.filter((text) => text.startsWith('h'))).toHaveLength(1_000);
  });

  it('A flood from one IPv6 network counts as one source', () => {
    const { come, turns } = loop();
    for (const [n, text] of names('f', FLOOD_SIZE).entries()) come(`2001:db8::${n % 5}`, text);
    expect(turns.waitingBytes / MOST).toBeCloseTo(1 / 2, 2);
  });
});

it("The log names a flood's source once in ten seconds", () => {
  const clock = new ScriptedClock();
  const lines: string[] = [];
  const log: Log = { ...silentLog, warn: (text: string) => void lines.push(text) };
  const report = new UnreadReport(clock, log);
  for (let n = 0; n < 1_234; n++) report.count(n % 4 === 0 ? HONEST : FLOOD);
  clock.advance(10_000);
  clock.advance(10_000);
  expect(lines).toEqual([
    `${FLOOD} sends more SIP messages by UDP than can be handled: 925 were left unread in 10 s. Other callers take turns with it and lose nothing. So it is with 1 more.`,
  ]);
  report.close();
});
