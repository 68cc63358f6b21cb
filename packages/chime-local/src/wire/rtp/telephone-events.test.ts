import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventSources } from './event-sources.ts';
import { looksLikeKeyEvent, TelephoneEvents, writeTelephoneEvent } from './telephone-events.ts';

interface EventPacket {
  timestamp: number;
  marker: boolean;
  payload: Uint8Array;
  sequenceNumber: number;
  atMs: number;
}

const FRAME = 160;
const FRAME_MS = 20;
const ENDS = 3;
/** Number of voice packets between two presses. */
const PAUSE = 4;

/** How a telephone deviates from the standard. */
interface Habit {
  updates?: number;
  marker?: (n: number) => boolean;
  timestamp?: (start: number, n: number) => number;
  duration?: (n: number) => number;
  ends?: number;
}

/** A telephone that sends its presses as one stream: a packet every 20 ms, and voice between the presses. */
class Keypad {
  readonly #habit: Habit;
  #sent: number;
  #first: number;

  constructor(habit: Habit = {}, first = 1_000, sequence = 100) {
    this.#habit = habit;
    this.#first = first;
    this.#sent = sequence;
  }

  get #clock(): number {
    return (this.#first + this.#sent * FRAME) >>> 0;
  }

  /**
   * The packets of one press as RFC 4733 section 2.5.1 describes them: an update every 20 ms, and the end
   * three times.
   */
  press(key: string, updates = this.#habit.updates ?? 5): EventPacket[] {
    const { marker = (n) => n === 0, timestamp = (start) => start, ends = ENDS } = this.#habit;
    const { duration = (n) => (n + 1) * FRAME } = this.#habit;
    const start = this.#clock;
    const packets = Array.from({ length: updates + ends }, (_, n) => ({
      timestamp: timestamp(start, n) >>> 0,
      marker: marker(n),
      payload: writeTelephoneEvent(key, n >= updates, duration(Math.min(n, updates))),
      sequenceNumber: this.#sent & 0xffff,
      atMs: this.#sent++ * FRAME_MS,
    }));
    this.#sent += PAUSE;
    return packets;
  }

  type(keys: string): EventPacket[] {
    return [...keys].flatMap((key) => this.press(key));
  }
}

function heard(packets: readonly EventPacket[], events = new TelephoneEvents()): string {
  return packets
    .map((packet) => events.read(packet.payload, 0, packet.payload.length, packet, packet.atMs))
    .join('');
}

describe('telephone events', () => {
  it('A press is reported once, at its first packet', () => {
    const events = new TelephoneEvents();
    const [first, ...rest] = new Keypad().press('5');
    expect(heard([first!], events)).toBe('5');
    expect(events.pressed).toBe('5');
    expect(heard(rest, events)).toBe('');
    expect(events.pressed).toBeUndefined();
  });

  it('The same key pressed twice is two keys; all keys are known', () => {
    expect(heard(new Keypad().type('55'))).toBe('55');
    const keys = '0123456789*#ABCD';
    expect(heard(new Keypad().type(keys))).toBe(keys);
  });

  it('Any single packet of a press is enough to report it', () => {
    for (let kept = 0; kept < 8; kept++) {
      const pad = new Keypad();
      expect(heard([pad.press('1')[kept]!, pad.press('1')[7 - kept]!])).toBe('11');
    }
  });

  it('Repeated ends after the next press has begun are ignored', () => {
    const pad = new Keypad();
    const first = pad.press('1');
    const second = pad.press('2');
    const late = [first[6]!, second[1]!, first[7]!].map((packet) => ({ ...packet, atMs: second[0]!.atMs }));
    expect(heard([...first.slice(0, 6), second[0]!, ...late, ...second.slice(2)])).toBe('12');
    const renumbered = late.map((packet, i) => ({
      ...packet,
      sequenceNumber: second[0]!.sequenceNumber + 1 + i,
    }));
    expect(heard([...first.slice(0, 6), second[0]!, ...renumbered])).toBe('12');
  });

  it('Loss, repetition and reordering within a press leave it one key', () => {
    const keys = fc.array(fc.constantFrom(...'0123456789*#'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(keys, fc.infiniteStream(fc.nat(99)), (pressed, dice) => {
        const roll = () => dice.next().value as number;
        const pad = new Keypad({}, 4_294_960_000, 65_500);
        const packets = pressed.flatMap((key) => {
          const all = pad.press(key);
          const kept = all.filter(() => roll() < 50);
          const some = kept.length > 0 ? kept : [all[roll() % all.length]!];
          const repeated = some.flatMap((packet) => (roll() < 30 ? [packet, packet] : [packet]));
          const times = repeated.map(({ atMs }) => atMs);
          return repeated.sort(() => roll() - 50).map((packet, i) => ({ ...packet, atMs: times[i]! }));
        });
        expect(heard(packets)).toBe(pressed.join(''));
      }),
      { seed: 13, numRuns: 400 },
    );
  });

  it('A press beyond the duration field is one key (RFC 4733, 2.5.1.3)', () => {
    let sequenceNumber = 9;
    const packet = (timestamp: number, duration: number, ended = false, marker = false) => ({
      ...{ timestamp: timestamp >>> 0, marker, payload: writeTelephoneEvent('8', ended, duration) },
      ...{ sequenceNumber: sequenceNumber++, atMs: (timestamp + duration) / 8 },
    });
    const segment = (timestamp: number) =>
      Array.from({ length: 40 }, (_, n) => packet(timestamp, Math.min(65_535, 1_600 * (n + 2))));
    const end = [1, 2, 3].map(() => packet(131_070, 800, true));
    expect(heard([packet(0, 160, false, true), ...segment(0), ...segment(65_535), ...end])).toBe('8');
    // Half of the second segment is lost.
    expect(heard([...segment(0), ...segment(65_535).slice(-20), ...end])).toBe('8');
    // A duration that overflows instead of starting a new segment.
    const over = Array.from({ length: 100 }, (_, n) => ({
      ...packet(0, (1_600 * (n + 1)) & 0xffff),
      atMs: n * 200,
    }));
    expect(heard(over)).toBe('8');
    // A key held for 2 s and pressed again, with its end lost: two presses.
    expect(heard([packet(0, 160, false, true), packet(16_000, 320), packet(16_000, 480, true)])).toBe('88');
  });

  it('Several events in one packet are read, damaged ones are ignored', () => {
    const place = (sequenceNumber: number, timestamp: number) => ({
      sequenceNumber,
      timestamp,
      marker: false,
    });
    const events = new TelephoneEvents();
    const both = (duration: number) =>
      Uint8Array.of(...writeTelephoneEvent('4', true, 800), ...writeTelephoneEvent('2', false, duration));
    expect(events.read(both(80), 0, 8, place(1, 500), 0)).toBe('42');
    expect(events.read(both(240), 0, 8, place(2, 500), 20)).toBe('');
    expect(events.read(both(240), 0, 3, place(3, 9_000), 40)).toBe('');
    expect(events.read(Uint8Array.of(16, 0, 0, 1), 0, 4, place(4, 9_000), 60)).toBe('');
    expect(() => writeTelephoneEvent('x', false, 1)).toThrow(RangeError);
  });

  it.each([4, 12])('The %d bytes of padding after an event are not keys', (padding) => {
    const packets = new Keypad().type('4815').map((packet) => ({
      ...packet,
      payload: Uint8Array.of(...packet.payload, ...new Uint8Array(padding)),
    }));
    expect(heard(packets)).toBe('4815');
  });

  it('Key events are recognised by their form: four bytes, one key', () => {
    const event = writeTelephoneEvent('D', true, 400);
    expect(looksLikeKeyEvent(event, 0, 4)).toBe(true);
    expect(looksLikeKeyEvent(Uint8Array.of(16, 10, 0, 160), 0, 4)).toBe(false);
    expect(looksLikeKeyEvent(Uint8Array.of(4, 0x4a, 0, 160), 0, 4)).toBe(false);
    expect(looksLikeKeyEvent(Uint8Array.of(4, 10, 0), 0, 3)).toBe(false);
  });
});

const swapped = (value: number) => ((value & 0xff) << 8) | (value >> 8);

/** Deviations of real telephones, where known with the report that describes them. */
describe('telephone events of phones that differ from the standard', () => {
  const one = (start: number) => start - start;
  it.each<[string, Habit]>([
    ['one timestamp for all presses (sipsorcery#669)', { timestamp: () => 77 }],
    ['one timestamp for all presses, and no marker', { timestamp: () => 77, marker: () => false }],
    ['one timestamp for all presses, and no ends', { timestamp: () => 77, ends: 0 }],
    ['a timestamp that grows with each packet (peers#7)', { timestamp: (start, n) => start + n * FRAME }],
    ['the same without a marker', { timestamp: (start, n) => start + n * FRAME, marker: () => false }],
    [
      'the same with a marker on each packet',
      { timestamp: (start, n) => start + n * FRAME, marker: () => true, ends: 1 },
    ],
    [
      'a timestamp that grows, and a duration that does not',
      { timestamp: (start, n) => start + n * FRAME, duration: () => 400 },
    ],
    [
      'a last end whose timestamp has moved, no marker (rtpengine#1929)',
      { timestamp: (start, n) => (n === 7 ? start + FRAME : start), marker: () => false },
    ],
    ['ends whose timestamps move', { timestamp: (start, n) => start + Math.max(0, n - 5) * FRAME }],
    ['no marker', { marker: () => false }],
    ['a marker on every packet', { marker: () => true }],
    ['no end', { ends: 0 }],
    ['no end and no marker', { ends: 0, marker: () => false }],
    ['ends only', { updates: 0 }],
    ['an update and three ends, dialled by a machine', { updates: 1 }],
    ['updates each 50 ms (duration 400)', { duration: (n) => (n + 1) * 400, updates: 3 }],
    ['the clock of 16 kHz', { duration: (n) => (n + 1) * 320, timestamp: (start) => start * 2 }],
    ['the clock of 48 kHz', { duration: (n) => (n + 1) * 960, timestamp: (start) => start * 6 }],
    ['a duration in milliseconds', { duration: (n) => (n + 1) * 20 }],
    ['a duration whose bytes are exchanged (rtpengine#614)', { duration: (n) => swapped((n + 1) * FRAME) }],
    ['a first packet that has lasted no time (pjproject#361)', { duration: (n) => n * FRAME }],
    [
      'ends that each have a timestamp of their own (rtpengine#1812)',
      { timestamp: (start, n) => start + Math.max(0, n - 5) * FRAME, marker: () => false },
    ],
    ['a single end', { ends: 1 }],
    ['seven ends', { ends: 7 }],
    ['a duration that stays', { duration: () => 100 }],
    ['a duration of nothing', { duration: () => 0 }],
    ['timestamps that stand still between presses', { timestamp: (start) => one(start) + 9 }],
    [
      'a duration that begins anew within the press, as a segment',
      {
        updates: 12,
        timestamp: (start, n) => start + (n >= 6 ? 6 * FRAME : 0),
        duration: (n) => ((n % 6) + 1) * FRAME,
        marker: () => false,
      },
    ],
  ])("A phone's unusual press is one key: %s", (_, habit) => {
    for (const first of [1_000, 2 ** 32 - 3_000]) {
      expect(heard(new Keypad(habit, first, 65_530).type('4815'))).toBe('4815');
      expect(heard(new Keypad(habit, first).type('2'))).toBe('2');
      expect(heard(new Keypad(habit, first).type('44'))).toBe('44');
    }
  });

  it.each<[string, Habit]>([
    ['one timestamp', { timestamp: () => 77 }],
    ['growing timestamps', { timestamp: (start, n) => start + n * FRAME }],
    ['no marker', { marker: () => false }],
  ])('A press is one key when packets are lost or duplicated: %s', (_, habit) => {
    const packets = new Keypad(habit).type('4815');
    expect(heard(packets.filter((_, n) => n % 2 === 0))).toBe('4815');
    expect(heard(packets.filter((_, n) => n % 2 === 1))).toBe('4815');
    expect(heard(packets.flatMap((packet) => [packet, packet]))).toBe('4815');
  });

  it('A press without updates before its late end is one key (asterisk-unimrcp#44)', () => {
    const [first, second, ...ends] = new Keypad({ updates: 2, duration: (n) => (n + 1) * FRAME }).press('6');
    const late = ends.map((packet, n) => ({
      ...packet,
      payload: writeTelephoneEvent('6', true, 13_568),
      atMs: 1_700 + n,
    }));
    expect(heard([first!, second!, ...late])).toBe('6');
  });

  it('The same key an hour later is a second key', () => {
    const events = new TelephoneEvents();
    expect(heard(new Keypad().type('4'), events)).toBe('4');
    const later = new Keypad({}, 40, 7)
      .type('4')
      .map((packet) => ({ ...packet, atMs: 3_600_000 + packet.atMs }));
    expect(heard(later, events)).toBe('4');
  });
});

describe('sources of telephone events', () => {
  const VOICE = 1;
  const KEYS = 2;
  const STRAY = 3;
  const read = (sources: EventSources, packet: EventPacket, ssrc: number) =>
    sources.read({ ssrc, payloadType: 101 }, ssrc === VOICE, packet.payload, 0, 4, packet, packet.atMs);

  it('Keys with an SSRC of their own are read beside the voice', () => {
    const sources = new EventSources();
    const packets = new Keypad({}, 5, 60_000).type('48');
    expect(packets.map((packet) => read(sources, packet, KEYS)).join('')).toBe('48');
  });

  it('A stray packet of another source does not disturb a press', () => {
    for (const strayKey of ['4', '9']) {
      const sources = new EventSources();
      const stray = new Keypad({}, 900_000, 7).press(strayKey)[0]!;
      const keys = new Keypad().type('48').flatMap((packet, n) => {
        const first = read(sources, packet, VOICE);
        return [first, n === 2 ? read(sources, { ...stray, atMs: packet.atMs }, STRAY) : ''];
      });
      expect(keys.join('')).toBe('48');
    }
  });

  it('Dozens of short-lived event sources are ignored and no press is lost', () => {
    const sources = new EventSources();
    const keys = new Keypad()
      .type('48')
      .flatMap((packet, n) => [
        read(sources, packet, VOICE),
        ...[1, 2, 3].map((i) => read(sources, packet, 1_000 + 10 * n + i)),
      ]);
    expect(keys.join('')).toBe('48');
  });

  it('A new event source is trusted at its second packet without loss', () => {
    const sources = new EventSources();
    const pad = new Keypad();
    const [four, eight] = [pad.press('4')[0]!, pad.press('8')[0]!];
    expect(read(sources, four, KEYS)).toBe('');
    expect(read(sources, eight, KEYS)).toBe('48');
  });

  it('A source that changes within a press adds no second press', () => {
    const sources = new EventSources();
    const keys = new Keypad().type('4').map((packet, n) => read(sources, packet, n < 3 ? VOICE : KEYS));
    expect(keys.join('')).toBe('4');
  });
});
