import { expect, it } from 'vitest';
import { DTMF_HZ, encodeG711, PCMU } from '#audio';
import { createRtpHeader } from '#rtp';
import { ArrivingTones } from './arriving-tones.ts';

const FRAME = 160;
const FRAME_MS = 20;
const KEYS = '8107132A';

interface Sent {
  number: number;
  timestamp: number;
  codes: Uint8Array;
  /** Nothing was sent for this long before the packet, ms. */
  waitMs?: number;
}

/** 20 ms packets that hold the given keys; each key is a tone and a pause, ms. */
function packetsOf(keys: string, toneMs: number, pauseMs: number): Sent[] {
  const before = new Array<number>(5 * FRAME).fill(0);
  const samples = [...keys].flatMap((key) => {
    const pair = DTMF_HZ[key] ?? [];
    const tone = Array.from({ length: toneMs * 8 }, (_, i) =>
      pair.reduce((sum, hz) => sum + 5_000 * Math.sin((2 * Math.PI * hz * i) / 8_000), 0),
    );
    return [...tone, ...new Array<number>(pauseMs * 8).fill(0)];
  });
  samples.unshift(...before);
  return Array.from({ length: Math.ceil(samples.length / FRAME) }, (_, n) => {
    const codes = new Uint8Array(FRAME);
    const frame = Int16Array.from({ length: FRAME }, (_, i) => samples[n * FRAME + i] ?? 0);
    encodeG711(PCMU, frame, 0, FRAME, codes);
    return { number: 65_530 + n, timestamp: n * FRAME, codes };
  });
}

/** The keys that are heard when the packets arrive in the given order, one every 20 ms. */
function heard(packets: readonly Sent[]): string {
  const tones = new ArrivingTones();
  const header = createRtpHeader();
  let nowMs = 1_000;
  let keys = '';
  for (const { number, timestamp, codes, waitMs = 0 } of packets) {
    nowMs += waitMs;
    const place = { sequenceNumber: number & 0xffff, timestamp, payloadStart: 0, payloadEnd: codes.length };
    keys += tones.put(Object.assign(header, place), codes, PCMU, nowMs);
    nowMs += FRAME_MS;
    keys += tones.settle(nowMs);
  }
  for (let n = 0; n < 10; n++) {
    nowMs += FRAME_MS;
    keys += tones.settle(nowMs);
  }
  return keys;
}

const packets = packetsOf(KEYS, 40, 40);

it('The shortest keys are heard once each, even if packets are duplicated', () => {
  expect(heard(packets)).toBe(KEYS);
  expect(heard(packets.flatMap((packet) => [packet, packet]))).toBe(KEYS);
});

it('Keys whose packets are reordered are heard', () => {
  const swapped = packets.map((_, n) => packets[n ^ 1] ?? packets[n]!);
  expect(heard(swapped)).toBe(KEYS);
  expect(heard(swapped.flatMap((packet) => [packet, packet]))).toBe(KEYS);
  const rest = packets.filter((_, n) => n % 8 !== 1);
  const late = packets.filter((_, n) => n % 8 === 1);
  const order = rest.flatMap((packet, n) => [packet, ...(n % 7 === 4 ? late.splice(0, 1) : [])]);
  expect(heard([...order, ...late])).toBe(KEYS);
});

it('Keys are heard although one of their packets is lost', () => {
  const longer = packetsOf(KEYS, 80, 80);
  for (let lost = 0; lost < 8; lost++) expect(heard(longer.filter((_, n) => n % 8 !== lost))).toBe(KEYS);
});

it('A key sent twice with nothing between counts twice', () => {
  const spoken = packetsOf('5', 100, 0).slice(5);
  const again = spoken.map((packet, n) => ({
    ...packet,
    number: packet.number + spoken.length,
    timestamp: (spoken.length + 8 + n) * FRAME,
    waitMs: n === 0 ? 3 * FRAME_MS : 0,
  }));
  expect(heard([...spoken, ...again])).toBe('55');
});

it('Keys are heard after the stream restarts', () => {
  const anew = packets.map((packet) => ({ ...packet, number: packet.number + 20_000, timestamp: 7 }));
  const other = anew.map((packet, n) => ({ ...packet, timestamp: 1e9 + n * FRAME }));
  expect(heard([...packets, ...other])).toBe(KEYS + KEYS);
});
