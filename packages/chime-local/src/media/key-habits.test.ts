import { expect, it } from 'vitest';
import { writeRtpPacket, writeTelephoneEvent } from '#rtp';
import type { LegKind } from './media-edge.ts';
import { StagedHost } from './testing/staged-host.ts';

/** How some telephones and gateways send keys: in ways that RFC 4733 does not allow, or that are rare. */

const PHONE: LegKind = { transport: 'rtp', band: 'narrow' };
const EVENTS = 126;
const FRAME = 160;
const FRAME_MS = 20;
/** Packets of a press, of which the last `ENDS` have the end bit set; and frames between two presses. */
const PACKETS = 8;
const ENDS = 3;
const PAUSE = 6;
const LONGEST = 0xffff;

/** A packet of an event or of voice that a phone sends. */
interface Sent {
  event?: number;
  ended?: boolean;
  duration?: number;
  volume?: number;
  /** Sent instead of the payload that would be written for the event. */
  payload?: Uint8Array;
  marker?: boolean;
  payloadType?: number;
  sequenceNumber?: number;
  timestamp?: number;
  ssrc?: number;
  padding?: number;
  extension?: { profile: number; data: Uint8Array };
}

interface Press {
  key: number;
  /** The number of the press within the call, from 0. */
  index: number;
  /** The regular first sequence number and timestamp of the press. */
  first: number;
  start: number;
}

/** The packets that are sent in each frame of a press. */
type Habit = (press: Press) => Sent[][];

/** A press as a compliant telephone sends it. */
const good: Habit = ({ key, first, start }) =>
  Array.from({ length: PACKETS }, (_, n) => [
    {
      ...{
        event: key,
        ended: n >= PACKETS - ENDS,
        marker: n === 0,
        sequenceNumber: first + n,
        timestamp: start,
      },
      duration: Math.min(n + 1, PACKETS - ENDS + 1) * FRAME,
    },
  ]);

/** The compliant press with each packet changed. */
const each =
  (change: (packet: Sent, n: number, press: Press) => Sent | Sent[]): Habit =>
  (press) =>
    good(press).map(([packet], n) => [change(packet!, n, press)].flat());

/** A key that is held for `ms` milliseconds, in the segments of RFC 4733 section 2.5.1.3. */
const held =
  (ms: number, change: (packet: Sent, segment: number, n: number) => Sent = (packet) => packet): Habit =>
  ({ key, first, start }) =>
    Array.from({ length: ms / FRAME_MS + ENDS }, (_, n) => {
      const units = Math.min(n + 1, ms / FRAME_MS) * FRAME;
      const segment = Math.floor((units - 1) / LONGEST);
      const packet = {
        ...{ event: key, ended: n >= ms / FRAME_MS, marker: n === 0, sequenceNumber: first + n },
        ...{ timestamp: start + segment * LONGEST, duration: units - segment * LONGEST },
      };
      return [change(packet, segment, n)];
    });

const swapped = <T>([a, b, ...rest]: T[]): T[] =>
  a === undefined ? [] : b === undefined ? [a] : [b, a, ...swapped(rest)];

const HABITS: Record<string, Habit> = {
  'every packet twice': each((packet) => [packet, packet]),
  'every packet twice, the copy a frame later': (press) => {
    const sent = good(press);
    return sent.map((frame, n) => [...frame, ...(sent[n - 1] ?? [])]);
  },
  'pairs in the wrong order': (press) => swapped(good(press)),
  'the ends before the rest': (press) => [...good(press).slice(-ENDS), ...good(press).slice(0, -ENDS)],
  'all of a press at once': (press) => [good(press).flat()],
  'every second packet lost': (press) => good(press).map((frame, n) => (n % 2 === 0 ? frame : [])),
  'its first four packets lost': (press) => good(press).map((frame, n) => (n < 4 ? [] : frame)),
  'its ends lost': (press) => good(press).map((frame, n) => (n < PACKETS - ENDS ? frame : [])),
  'one packet of each press': (press) => good(press).map((frame, n) => (n === 3 ? frame : [])),
  padding: each((packet, n) => ({ ...packet, padding: 4 * (1 + n) })),
  'an extension': each((packet) => ({
    ...packet,
    extension: { profile: 0xbede, data: Uint8Array.of(0x10, 9, 0, 0) },
  })),
  'the reserved bit set, under the agreed number': each((packet) => {
    const payload = writeTelephoneEvent(String(packet.event), packet.ended ?? false, packet.duration ?? 0);
    payload[1]! |= 0x40;
    return { ...packet, payload };
  }),
  'four bytes too many': each((packet) => ({
    ...packet,
    payload: Uint8Array.from([
      ...writeTelephoneEvent(String(packet.event), packet.ended ?? false, packet.duration ?? 0),
      ...[0, 0, 0, 0],
    ]),
  })),
  'no volume at all': each((packet) => ({ ...packet, volume: 63 })),
  'the highest volume': each((packet) => ({ ...packet, volume: 0 })),
  'an SSRC for each press': each((packet, _, { index }) => ({ ...packet, ssrc: 100 + index })),
  'an SSRC for each packet': each((packet, n, { index }) => ({ ...packet, ssrc: 1_000 + 100 * index + n })),
  'three SSRCs by turns': each((packet, n) => ({ ...packet, ssrc: 20 + (n % 3) })),
  'two SSRCs side by side': each((packet) => [
    { ...packet, ssrc: 31 },
    { ...packet, ssrc: 32, sequenceNumber: (packet.sequenceNumber ?? 0) + 1_000 },
  ]),
  'the numbers of two clocks side by side': each((packet) => [
    { ...packet, sequenceNumber: 30_000 + 2 * (packet.sequenceNumber ?? 0) },
    {
      ...{ ...packet, payloadType: 110, sequenceNumber: 30_001 + 2 * (packet.sequenceNumber ?? 0) },
      ...{ timestamp: 6 * (packet.timestamp ?? 0), duration: 6 * (packet.duration ?? 0) },
    },
  ]),
  'numbers that begin anew with each': each((packet, n) => ({ ...packet, ssrc: 41, sequenceNumber: n })),
  'a marker on every packet, and a timestamp that grows': each((packet, n) => ({
    ...packet,
    ...{ marker: true, timestamp: (packet.timestamp ?? 0) + n * FRAME },
  })),
  'another SSRC for its ends': each((packet, n) => ({ ...packet, ssrc: n < PACKETS - ENDS ? 1 : 200 })),
  'numbers that wrap around within the press': each((packet, n, { index }) => ({
    ...packet,
    ...{ ssrc: 300 + index, sequenceNumber: 65_532 + n },
  })),
  'a timestamp that wraps around within the press': each((packet, n, { index }) => ({
    ...packet,
    ...{ ssrc: 300 + index, timestamp: 2 ** 32 - 300 + n * FRAME },
  })),
  'numbers that never move': each((packet) => ({ ...packet, sequenceNumber: 7, ssrc: 9 })),
  // baresip#2802: nothing between the first packet and the ends.
  'an end right behind its first packet': (press) => [
    ...good(press).slice(0, 1),
    ...good(press).slice(-ENDS),
  ],
  // baresip#1494: the voice is further ahead than the press's timestamp.
  'a timestamp a second older than the voice': each((packet) => ({
    ...packet,
    timestamp: (packet.timestamp ?? 0) - 8_000,
  })),
  'a timestamp of 0': each((packet) => ({ ...packet, timestamp: 0 })),
  'a packet every 50 ms': (press) =>
    good(press)
      .flatMap((frame) => [frame, [], []])
      .slice(0, 20),
  'the end bit on every packet': each((packet) => ({ ...packet, ended: true })),
  'the number of the clock of 48 kHz': each((packet) => ({ ...packet, payloadType: 110 })),
  'a number that nobody agreed on, and padding': each((packet) => ({
    ...packet,
    payloadType: 99,
    padding: 8,
  })),
  'hook flashes in between (event 16)': each((packet, n) => [
    packet,
    { ...packet, event: 16, sequenceNumber: 40_000 + n, ssrc: 5 },
  ]),
  'an SSRC and a clock of their own, far from the voice': each((packet, n, { index }) => ({
    ...packet,
    ...{ ssrc: 0xffff_ffff, sequenceNumber: 60_000 + 20 * index + n, timestamp: 0x8000_0000 + 2_000 * index },
  })),
  'a frame of strange voice behind every packet': each((packet, n) => [
    packet,
    { payloadType: 0, ssrc: 888, sequenceNumber: n, timestamp: n, payload: new Uint8Array(FRAME).fill(0x55) },
  ]),
  'comfort noise of its own stream between its packets': each((packet, n) => [
    packet,
    { payloadType: 13, ssrc: 889, sequenceNumber: 3 * n, payload: Uint8Array.of(40) },
  ]),
  'a timestamp that goes back with every press': each((packet, _, { index }) => ({
    ...packet,
    timestamp: (packet.timestamp ?? 0) - 20_000 * (index + 1),
  })),
  'a timestamp that grows, and a duration that does not': each((packet, n) => ({
    ...packet,
    ...{ timestamp: (packet.timestamp ?? 0) + n * FRAME, duration: FRAME },
  })),
  'a timestamp that grows by one': each((packet, n) => ({
    ...packet,
    timestamp: (packet.timestamp ?? 0) + n,
  })),
  'each end a frame further on': each((packet, n) => ({
    ...packet,
    timestamp: (packet.timestamp ?? 0) + Math.max(0, n - (PACKETS - ENDS)) * FRAME,
  })),
  'ends without a duration': each((packet) => ({
    ...packet,
    duration: packet.ended ? 0 : (packet.duration ?? 0),
  })),
  'ten ends': (press) => [...good(press), ...Array.from({ length: 7 }, () => good(press).at(-1)!)],
  'a duration that runs over without a new segment': held(10_000, (packet, _, n) => ({
    ...packet,
    ...{ timestamp: 5_000, duration: Math.min((n + 1) * FRAME, 10_000 * 8) % 0x1_0000 },
  })),
  'a duration that stays at its longest': held(10_000, (packet, segment) =>
    segment === 0
      ? packet
      : { ...packet, timestamp: (packet.timestamp ?? 0) - segment * LONGEST, duration: LONGEST },
  ),
  'ten seconds in segments': held(10_000),
  'thirty seconds in segments': held(30_000),
  'ten seconds in segments, each with a marker': held(10_000, (packet, segment, n) => ({
    ...packet,
    marker: n === 0 || (segment > 0 && (packet.duration ?? 0) <= FRAME),
  })),
  'ten seconds in segments, whose first packets are lost': (press) =>
    held(10_000)(press).map((frame, n) => (n >= 409 && n < 414 ? [] : frame)),
};

/**
 * Presses keys in that way, with voice before and between them and optionally beside them.
 * @returns the keys that were understood.
 */
async function understood(keys: string, habit: Habit, voiceMeanwhile: boolean): Promise<string> {
  const staged = new StagedHost();
  const phone = await staged.leg('phone', PHONE);
  let [number, clock] = [100, 50_000];
  const send = ({ payload, event = 0, ended = false, duration = 0, volume = 10, ...rest }: Sent) => {
    const key = '0123456789*#ABCD'[event];
    const written =
      key === undefined
        ? Uint8Array.of(event, ended ? 0x8a : 10, duration >> 8, duration & 0xff)
        : writeTelephoneEvent(key, ended, duration, volume);
    const {
      sequenceNumber = 0,
      timestamp = 0,
      marker = false,
      payloadType = EVENTS,
      ssrc = 1,
      ...more
    } = rest;
    phone.send(
      writeRtpPacket({
        ...more,
        ...{ marker, payloadType, ssrc, payload: payload ?? written },
        ...{ sequenceNumber: sequenceNumber & 0xffff, timestamp: timestamp >>> 0 },
      }),
    );
  };
  const voice = () => {
    send({
      payloadType: 0,
      sequenceNumber: number++,
      timestamp: clock,
      payload: new Uint8Array(FRAME).fill(0xff),
    });
  };
  const pause = (frames: number) => {
    for (let n = 0; n < frames; n++, clock += FRAME) {
      voice();
      staged.run(FRAME_MS);
    }
  };
  pause(20);
  for (const [index, key] of [...keys].entries()) {
    const frames = habit({ key: Number(key), index, first: number, start: clock });
    // Where voice continues beside the events, both have sequence numbers of their own.
    if (!voiceMeanwhile) number += frames.length;
    for (const frame of frames) {
      for (const packet of frame) send(voiceMeanwhile ? { ssrc: 77, ...packet } : packet);
      if (voiceMeanwhile) voice();
      staged.run(FRAME_MS);
      clock += FRAME;
    }
    pause(PAUSE);
  }
  return staged.log.map((line) => /pressed (.)/.exec(line)?.[1] ?? '').join('');
}

it.each(Object.entries(HABITS))('Keys sent with %s are understood', async (_, habit) => {
  expect(await understood('4815', habit, false)).toBe('4815');
  expect(await understood('5566', habit, false)).toBe('5566');
});

it.each(Object.entries(HABITS))('Keys sent beside the voice are understood, with %s', async (_, habit) => {
  expect(await understood('4815', habit, true)).toBe('4815');
});
