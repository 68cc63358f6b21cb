import { expect, it } from 'vitest';
import { encodeG711, findClicks, g711, tone, toneLevelDbfs } from '#audio';
import { writeRtpPacket } from '#rtp';
import type { LegKind } from './media-edge.ts';
import { StagedHost } from './testing/staged-host.ts';

/** How some telephones and gateways number, time and pack their sound, in ways the standards do not allow. */

const PHONE: LegKind = { transport: 'rtp', band: 'narrow' };
const FRAME = 160;
const FRAME_MS = 20;
const HZ = 440;
/** 20 ms packets that are sent: half of them before the middle, where some habits change. */
const PACKETS = 200;
const MIDDLE = PACKETS / 2;
/** The number of last frames that are checked: all but the first second. */
const LOOKED_AT = 150;

type Packet = Parameters<typeof writeRtpPacket>[0];

interface Habit {
  /** The packets that are sent instead of the n-th packet of a compliant telephone, at its time. */
  send(packet: Packet, n: number): Partial<Packet>[];
  /** The most frames of the last three seconds in which the tone may be missing. Default: 0. */
  missing?: number;
  /** The most clicks allowed in them. Default: 0. */
  clicks?: number;
}

/** The encoded samples of the tone from that position on. */
function sound(from: number, count: number, codec: 'PCMU' | 'PCMA' = 'PCMU'): Uint8Array {
  const codes = new Uint8Array(count);
  encodeG711(g711(codec), tone(HZ, count, 8_000, 5_000, from), 0, count, codes);
  return codes;
}

const noise = (n: number, payloadType = 13): Partial<Packet> => ({
  ...{ payloadType, payload: Uint8Array.of(30), sequenceNumber: n, timestamp: n * FRAME },
});

/**
 * Packets whose lengths, in samples, take turns from the middle on; each is sent when its last sample is
 * there.
 */
function packetsOf(lengths: readonly number[], codec: 'PCMU' | 'PCMA' = 'PCMU'): Habit {
  const { payloadType } = g711(codec);
  const send = (packet: Packet, n: number): Partial<Packet>[] => {
    if (n < MIDDLE) return [packet];
    const [from, to] = [n * FRAME, (n + 1) * FRAME];
    const sent: Partial<Packet>[] = [];
    for (let k = 0, timestamp = MIDDLE * FRAME; timestamp < to; k++) {
      const samples = lengths[k % lengths.length]!;
      const end = timestamp + samples;
      const payload = () => sound(timestamp, samples, codec);
      if (end > from && end <= to)
        sent.push({ payloadType, sequenceNumber: MIDDLE + k, timestamp, payload: payload() });
      timestamp = end;
    }
    return sent;
  };
  // Nothing can be heard until the first of the longest packets has come.
  return { send, missing: Math.floor(Math.max(...lengths) / FRAME), clicks: 2 };
}

const HABITS: Record<string, Habit> = {
  'timestamps that never move': { send: () => [{ timestamp: 77 }] },
  'timestamps that move twice as fast (a clock of 16 kHz)': { send: (_, n) => [{ timestamp: n * 320 }] },
  'timestamps that move half as fast': { send: (_, n) => [{ timestamp: n * 80 }] },
  'timestamps in milliseconds': { send: (_, n) => [{ timestamp: n * 20 }] },
  'timestamps that count packets': { send: (_, n) => [{ timestamp: n }] },
  'timestamps of a clock of 48 kHz': { send: (_, n) => [{ timestamp: n * 960 }] },
  'timestamps that run backwards': { send: (_, n) => [{ timestamp: 1e6 - n * FRAME }] },
  'timestamps without any order': { send: (_, n) => [{ timestamp: Math.imul(n, 2_654_435_761) >>> 0 }] },
  'timestamps off by whole milliseconds': {
    send: (_, n) => [{ timestamp: n * FRAME + ([0, 8, -8, 16][n % 4] ?? 0) }],
  },
  'timestamps off by a quarter of a packet': {
    send: (_, n) => [{ timestamp: n * FRAME + (n % 2 === 0 ? 40 : -40) }],
  },
  'timestamps whose lowest bits are lost': { send: (_, n) => [{ timestamp: (n * FRAME) & ~0x3f }] },
  'timestamps that wrap around': { send: (_, n) => [{ timestamp: 2 ** 32 - (MIDDLE - n) * FRAME }] },
  'timestamps that jump in the middle': {
    send: ({ timestamp }, n) => [{ timestamp: n < MIDDLE ? timestamp : timestamp + 1e6 }],
  },
  'timestamps that fall back by a second in the middle': {
    send: ({ timestamp }, n) => [{ timestamp: n < MIDDLE ? timestamp : timestamp - 8_000 }],
  },
  'timestamps that stop in the middle': {
    send: ({ timestamp }) => [{ timestamp: Math.min(timestamp, MIDDLE * FRAME) }],
  },
  'numbers that wrap around': { send: (_, n) => [{ sequenceNumber: 65_536 - MIDDLE + n }] },
  'numbers that never move': { send: () => [{ sequenceNumber: 7 }] },
  'numbers without any order': { send: (_, n) => [{ sequenceNumber: Math.imul(n, 40_503) & 0xffff }] },
  'numbers that jump in the middle': { send: (_, n) => [{ sequenceNumber: n < MIDDLE ? n : n + 9_000 }] },
  'numbers and timestamps that begin anew in the middle': {
    send: (_, n) => [n < MIDDLE ? {} : { sequenceNumber: n - MIDDLE, timestamp: (n - MIDDLE) * FRAME }],
    clicks: 4,
  },
  'an SSRC of 0': { send: () => [{ ssrc: 0 }] },
  'the highest SSRC': { send: () => [{ ssrc: 0xffff_ffff }] },
  'another SSRC from the middle on': {
    send: (_, n) => [n < MIDDLE ? {} : { ssrc: 2, sequenceNumber: n + 3_000, timestamp: n * FRAME + 7_777 }],
  },
  'another SSRC for every second': {
    send: (_, n) => [{ ssrc: 1 + Math.floor(n / 50) }],
  },
  'another SSRC for each packet': { send: (_, n) => [{ ssrc: 1_000 + n }] },
  'another SSRC for each packet from the middle on': {
    send: (_, n) => [{ ssrc: n < MIDDLE ? 1 : n }],
    missing: 8,
    clicks: 2,
  },
  'another SSRC for every second packet': { send: (_, n) => [{ ssrc: 1_000 + (n >> 1) }] },
  // Only after a second is it clear which of the two is the voice.
  'digital silence of another source beside it, which came first': {
    send: (packet, n) => [{ payload: new Uint8Array(FRAME).fill(0xff), ssrc: 9 }, ...(n < 1 ? [] : [packet])],
    missing: 3,
  },
  'silence of another source behind every fifth packet, under the same numbers': {
    send: (packet, n) =>
      n % 5 === 4 ? [packet, { ssrc: 777, payload: new Uint8Array(FRAME).fill(0xff) }] : [packet],
  },
  'a marker on every packet': { send: () => [{ marker: true }] },
  'padding in every packet': { send: (_, n) => [{ padding: 4 + (n % 200) }] },
  'fifteen contributing sources': { send: () => [{ csrcs: Array.from({ length: 15 }, (_, k) => k) }] },
  'an extension of one-byte elements (RFC 8285)': {
    send: () => [{ extension: { profile: 0xbede, data: Uint8Array.of(0x10, 0x85, 0, 0) } }],
  },
  'an extension without content': { send: () => [{ extension: { profile: 0, data: new Uint8Array() } }] },
  'every packet twice': { send: () => [{}, {}] },
  'every packet three times, old ones too': {
    send: (packet, n) => [
      {},
      { sequenceNumber: n - 1, timestamp: (n - 1) * FRAME, payload: sound((n - 1) * FRAME, FRAME) },
      packet,
    ],
  },
  'pairs in the wrong order': {
    send: (packet, n) => {
      if (n % 2 === 0) return [];
      const before = {
        sequenceNumber: n - 1,
        timestamp: (n - 1) * FRAME,
        payload: sound((n - 1) * FRAME, FRAME),
      };
      return [packet, before];
    },
  },
  'five packets at once': {
    send: (_, n) =>
      n % 5 < 4
        ? []
        : [4, 3, 2, 1, 0].map((back) => ({
            ...{ sequenceNumber: n - back, timestamp: (n - back) * FRAME },
            payload: sound((n - back) * FRAME, FRAME),
          })),
  },
  'every tenth packet lost': { send: (packet, n) => (n % 10 === 0 ? [] : [packet]), clicks: 4 },
  'comfort noise between its packets': { send: (packet, n) => [packet, noise(n)] },
  'comfort noise by its old number': { send: (packet, n) => [packet, noise(n, 19)] },
  'comfort noise that is numbered with its packets': {
    send: (_, n) => [{ sequenceNumber: 2 * n }, { ...noise(n), sequenceNumber: 2 * n + 1 }],
  },
  'numbers of which it sends every third': { send: (_, n) => [{ sequenceNumber: 3 * n }] },
  'timestamps that never move, and every tenth packet lost': {
    send: (_, n) => (n % 10 === 0 ? [] : [{ timestamp: 77 }]),
  },
  'timestamps that never move, and every packet twice': {
    send: () => [{ timestamp: 77 }, { timestamp: 77 }],
  },
  'the other law from the middle on': {
    send: (packet, n) => [n < MIDDLE ? packet : { payloadType: 8, payload: sound(n * FRAME, FRAME, 'PCMA') }],
  },
  'both laws by turns': {
    send: (packet, n) => [
      n % 2 === 0 ? packet : { payloadType: 8, payload: sound(n * FRAME, FRAME, 'PCMA') },
    ],
  },
  'G.722 that nobody agreed on, beside it': {
    send: (packet, n) => [packet, { payloadType: 9, payload: new Uint8Array(FRAME).fill(n), ssrc: 9 }],
  },
  'packets of nothing in between': {
    send: (packet, n) => [packet, { sequenceNumber: n, payload: new Uint8Array() }],
  },
  'packets of 5 ms from the middle on': packetsOf([40]),
  'packets of 10 ms from the middle on': packetsOf([80]),
  'packets of 30 ms from the middle on': packetsOf([240]),
  'packets of 60 ms from the middle on': packetsOf([480]),
  'packets of 200 ms from the middle on': packetsOf([1_600]),
  'packets of 240 ms from the middle on': packetsOf([1_920]),
  'packets of 300 ms from the middle on': packetsOf([2_400]),
  'packets of a second from the middle on': packetsOf([8_000]),
  'packets of a second in the other law': packetsOf([8_000], 'PCMA'),
  'packets of one sample': packetsOf([1]),
  'packets of 7 samples': packetsOf([7]),
  'packets of 1,399 samples': packetsOf([1_399]),
  'packets of 7,999 samples in the other law': packetsOf([7_999], 'PCMA'),
  'packets of 10, 200, 20 and 300 ms by turns': packetsOf([80, 1_600, 160, 2_400]),
  'packets of a second and of one sample by turns': packetsOf([8_000, 1]),
  'packets of 20 ms and of 1,399 samples by turns': packetsOf([160, 1_399]),
  'lengths that change ten times': packetsOf(
    [160, 240, 480, 80, 1_600, 160, 2_400, 40, 960, 160].flatMap((one) => [one, one]),
  ),
  'packets of 161 samples': { send: (_, n) => [{ timestamp: n * 161, payload: sound(n * 161, 161) }] },
  'pauses of half a second without a packet': {
    send: (packet, n) => (n % 50 >= 25 ? [] : [{ ...packet, marker: n % 50 === 0 }]),
    missing: 75,
  },
  'pauses in which time stands still': {
    send: (_, n) => (n % 50 >= 25 ? [] : [{ timestamp: (n - Math.floor(n / 50) * 25) * FRAME }]),
    missing: 75,
  },
};

it.each(Object.entries(HABITS))('A telephone that sends %s is heard', async (_, habit) => {
  const staged = new StagedHost();
  const talker = await staged.leg('talker', PHONE);
  const { listener } = await staged.leg('listener', PHONE);
  for (const legId of ['talker', 'listener'])
    staged.host.joinMeeting(legId, { meetingId: 'm', attendeeId: legId, muted: false });
  for (let n = 0; n < PACKETS; n++) {
    const good: Packet = {
      ...{ marker: n === 0, payloadType: 0, sequenceNumber: n, timestamp: n * FRAME, ssrc: 1 },
      payload: sound(n * FRAME, FRAME),
    };
    for (const change of habit.send(good, n)) {
      const packet = { ...good, ...change };
      const { sequenceNumber, timestamp } = packet;
      talker.send(
        writeRtpPacket({ ...packet, sequenceNumber: sequenceNumber & 0xffff, timestamp: timestamp >>> 0 }),
      );
    }
    staged.run(FRAME_MS);
  }
  const heard = listener.lately((LOOKED_AT * FRAME_MS) / 1_000);
  const frames = Array.from({ length: LOOKED_AT }, (_, k) => heard.subarray(k * FRAME, (k + 1) * FRAME));
  const missing = frames.filter((frame) => toneLevelDbfs(frame, HZ, 8_000) < -22).length;
  const { missing: most = 0, clicks = 0 } = habit;
  expect(missing).toBeLessThanOrEqual(most);
  expect(findClicks(heard).length).toBeLessThanOrEqual(clicks);
});
