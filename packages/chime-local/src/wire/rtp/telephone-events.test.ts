import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TelephoneEvents, writeTelephoneEvent } from './telephone-events.ts';

interface EventPacket {
  timestamp: number;
  marker: boolean;
  payload: Uint8Array;
}

/** The packets of one press as RFC 4733 section 2.5.1 sends them: updates every 20 ms, the end three times. */
function press(key: string, timestamp: number, updates = 5): EventPacket[] {
  const packets = Array.from({ length: updates }, (_, n) => ({
    timestamp,
    marker: n === 0,
    payload: writeTelephoneEvent(key, false, (n + 1) * 160),
  }));
  const end = { timestamp, marker: false, payload: writeTelephoneEvent(key, true, (updates + 1) * 160) };
  return [...packets, end, end, end];
}

function heard(packets: readonly EventPacket[], events = new TelephoneEvents()): string {
  return packets
    .map(({ payload, timestamp, marker }) => events.read(payload, 0, payload.length, timestamp, marker))
    .join('');
}

describe('telephone events', () => {
  it('count a press once, at its first packet', () => {
    const events = new TelephoneEvents();
    const [first, ...rest] = press('5', 1000);
    expect(heard([first!], events)).toBe('5');
    expect(events.pressed).toBe(true);
    expect(heard(rest, events)).toBe('');
    expect(events.pressed).toBe(false);
  });

  it('count the same key pressed twice twice, and know all keys', () => {
    expect(heard([...press('5', 1000), ...press('5', 4000)])).toBe('55');
    const keys = '0123456789*#ABCD';
    expect(heard([...keys].flatMap((key, i) => press(key, i * 3000)))).toBe(keys);
  });

  it('need only one packet of a press, whichever it is', () => {
    for (let kept = 0; kept < 8; kept++) {
      expect(heard([press('1', 0)[kept]!, press('1', 3000)[7 - kept]!])).toBe('11');
    }
  });

  it('are not misled by ends that come after the next press began', () => {
    const first = press('1', 0);
    const second = press('2', 3000);
    expect(
      heard([...first.slice(0, 6), second[0]!, first[6]!, second[1]!, first[7]!, ...second.slice(2)]),
    ).toBe('12');
  });

  it('count every press once under any loss short of total, repetition and reordering within a press', () => {
    const keys = fc.array(fc.constantFrom(...'0123456789*#'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(keys, fc.infiniteStream(fc.nat(99)), (pressed, dice) => {
        const roll = () => dice.next().value as number;
        const packets = pressed.flatMap((key, i) => {
          const all = press(key, (4_294_960_000 + i * 2400) % 2 ** 32);
          const kept = all.filter(() => roll() < 50);
          const some = kept.length > 0 ? kept : [all[roll() % all.length]!];
          const repeated = some.flatMap((packet) => (roll() < 30 ? [packet, packet] : [packet]));
          return repeated.sort(() => roll() - 50);
        });
        expect(heard(packets)).toBe(pressed.join(''));
      }),
      { seed: 13, numRuns: 400 },
    );
  });

  it('count a press longer than the duration field once (RFC 4733 section 2.5.1.3)', () => {
    const segment = (timestamp: number, marker: boolean) =>
      [160, 30_000, 60_000, 65_535].map((duration, n) => ({
        timestamp,
        marker: marker && n === 0,
        payload: writeTelephoneEvent('8', false, duration),
      }));
    const end = { timestamp: 131_070, marker: false, payload: writeTelephoneEvent('8', true, 800) };
    expect(heard([...segment(0, true), ...segment(65_535, false), end, end, end])).toBe('8');
    // A key held for 2 s and pressed again, its end lost: two presses.
    expect(heard([press('8', 0)[0]!, ...press('8', 16_000).slice(1)])).toBe('88');
  });

  it('read several events in one packet and nothing from damaged ones', () => {
    const events = new TelephoneEvents();
    const two = Uint8Array.of(...writeTelephoneEvent('4', true, 800), ...writeTelephoneEvent('2', false, 80));
    expect(events.read(two, 0, 8, 500, true)).toBe('42');
    expect(events.read(two, 0, 3, 9000, true)).toBe('');
    expect(events.read(Uint8Array.of(16, 0, 0, 1), 0, 4, 9000, true)).toBe('');
    expect(() => writeTelephoneEvent('x', false, 1)).toThrow(RangeError);
  });

  it('begin anew after reset', () => {
    const events = new TelephoneEvents();
    heard(press('1', 500_000), events);
    events.reset();
    expect(heard(press('1', 300), events)).toBe('1');
  });
});
