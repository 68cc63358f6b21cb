import { describe, expect, it } from 'vitest';
import { TelephoneEvents } from '#rtp';
import { type KeyFrame, OutgoingKeys } from './outgoing-keys.ts';

const TIMES = { toneMs: 100, gapMs: 80, commaMs: 500 };
const STEP = 160;
const FRAME_MS = 20;

/** Each frame until the end: its packet, or undefined for silence. */
function frames(keys: string, times: Partial<typeof TIMES> = {}, step = STEP): (KeyFrame | undefined)[] {
  const outgoing = new OutgoingKeys({ playId: 'p', keys, ...TIMES, ...times }, step);
  const sent: (KeyFrame | undefined)[] = [];
  while (!outgoing.done) sent.push(outgoing.next());
  return sent;
}

/** The keys that a receiver reads from the packets, each with the frame in which it was recognized. */
function heard(sent: readonly (KeyFrame | undefined)[], step = STEP): [string, number][] {
  const receiver = new TelephoneEvents();
  let began = 0;
  return sent.flatMap((frame, index): [string, number][] => {
    if (!frame) return [];
    const { payload, segmentStart, first } = frame;
    if (first) began = index * step;
    const place = { sequenceNumber: index, timestamp: began + segmentStart, marker: first };
    const keys = receiver.read(payload, 0, payload.length, place, index * FRAME_MS);
    return keys === '' ? [] : [[keys, index]];
  });
}

describe('outgoing keys', () => {
  it("T-081 Keys are sent in order, with half a second's silence per comma", () => {
    const sent = frames('1,2');
    expect(heard(sent)).toEqual([
      ['1', 0],
      ['2', 5 + 3 + 25],
    ]);
    expect(sent.slice(8, 33).every((frame) => frame === undefined)).toBe(true);
  });

  it('Keys last as long as requested and repeat their end three times', () => {
    const sent = frames('5', { toneMs: 250 });
    const durations = sent.map((frame) => ((frame?.payload[2] ?? 0) << 8) | (frame?.payload[3] ?? 0));
    expect(durations.slice(0, 13)).toEqual(Array.from({ length: 13 }, (_, n) => (n + 1) * STEP));
    expect(sent.filter((frame) => (frame?.payload[1] ?? 0) >= 0x80)).toHaveLength(3);
    expect(durations.slice(-3)).toEqual([13 * STEP, 13 * STEP, 13 * STEP]);
    expect(sent.map((frame) => frame?.first)).toEqual([true, ...Array(15).fill(false)]);
  });

  it('Keys that are sent are separated from each other', () => {
    const all = '0123456789*#ABCD';
    expect(
      heard(frames(all))
        .map(([key]) => key)
        .join(''),
    ).toBe(all);
    expect(heard(frames('11')).map(([, at]) => at)).toEqual([0, 5 + 3 + 4]);
  });

  it.each([160, 960])('A long press is sent as one key (%i units a frame)', (step) => {
    const sent = frames('7', { toneMs: 24_000 }, step);
    expect(heard(sent, step)).toEqual([['7', 0]]);
    expect(sent).toHaveLength(1200 + 3);
  });

  it('Commas alone are sent as silence', () => {
    expect(frames(',,')).toEqual(Array(50).fill(undefined));
  });
});
