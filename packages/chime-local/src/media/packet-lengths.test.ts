import { describe, expect, it } from 'vitest';
import { decodeG711, findClicks, PCMU, tone, toneLevelDbfs } from '#audio';
import type { LegKind } from './media-edge.ts';
import { StagedHost } from './testing/staged-host.ts';

const PHONE: LegKind = { transport: 'rtp', band: 'narrow' };
const PAGE: LegKind = { transport: 'webrtc', band: 'narrow' };
const RATE = 8_000;
const STEP_MS = 5;

/** The packets of a leg that are sent within `ms` milliseconds, each with the time when it left, ms. */
function sent(staged: StagedHost, legId: string, ms: number) {
  const { packets } = staged.farEnds.get(legId)!.listener;
  const from = packets.length;
  const times: number[] = [];
  for (let at = 0; at < ms; at += STEP_MS) {
    staged.run(STEP_MS);
    while (from + times.length < packets.length) times.push(at);
  }
  return packets.slice(from).map((packet, i) => ({ ...packet, atMs: times[i]! }));
}

function sound(packets: readonly { payload: Uint8Array }[]): Int16Array {
  const codes = packets.flatMap(({ payload }) => [...payload]);
  const samples = new Int16Array(codes.length);
  decodeG711(PCMU, Uint8Array.from(codes), 0, codes.length, samples);
  return samples;
}

describe('a telephone that asked for packets of another length', () => {
  it.each([
    10, 20, 30, 40, 60, 120,
  ])('A telephone gets evenly spaced packets of %i ms with the sound', async (packetMs) => {
    const staged = new StagedHost();
    const talker = await staged.leg('talker', PHONE);
    await staged.leg('phone', PHONE, { packetMs });
    for (const legId of ['talker', 'phone'])
      staged.host.joinMeeting(legId, { meetingId: 'm', attendeeId: legId, muted: false });
    talker.sing(440);
    staged.run(500);
    const packets = sent(staged, 'phone', 2_400);
    const samples = packetMs * 8;
    expect(Math.abs(packets.length - 2_400 / packetMs)).toBeLessThanOrEqual(1);
    packets.slice(1).forEach((packet, i) => {
      const before = packets[i]!;
      expect(packet.payload.length).toBe(samples);
      expect((packet.timestamp - before.timestamp) >>> 0).toBe(samples);
      expect((packet.sequenceNumber - before.sequenceNumber) & 0xffff).toBe(1);
      expect(Math.abs(packet.atMs - before.atMs - packetMs)).toBeLessThanOrEqual(STEP_MS);
      expect(packet.marker).toBe(false);
    });
    const heard = sound(packets);
    expect(toneLevelDbfs(heard, 440, RATE)).toBeGreaterThan(-17);
    expect(findClicks(heard)).toEqual([]);
  });

  it('A telephone hears whole prompts, and other legs keep their packet lengths', async () => {
    const staged = new StagedHost();
    const kinds = [
      ['ten', 10],
      ['thirty', 30],
      ['usual', undefined],
    ] as const;
    for (const [legId, packetMs] of kinds) {
      await staged.leg(legId, PHONE, packetMs === undefined ? {} : { packetMs });
      staged.host.loadAudio('prompt', tone(900, RATE, RATE));
      staged.host.play(legId, { playId: `${legId} played`, audioId: 'prompt', repeat: 1 });
    }
    const page = await staged.leg('page', PAGE);
    staged.run(1_500);
    for (const [legId, packetMs = 20] of kinds) {
      const { packets } = staged.farEnds.get(legId)!.listener;
      expect(staged.log).toContain(`${legId} heard ${legId} played`);
      expect(packets.every(({ payload }) => payload.length === packetMs * 8)).toBe(true);
      expect(packets.filter(({ marker }) => marker)).toHaveLength(1);
      const heard = sound(packets);
      const loud = heard.filter((sample) => Math.abs(sample) > 100).length;
      expect(loud / RATE).toBeGreaterThan(0.9);
    }
    expect(page.listener.packets.every(({ payload }) => payload.length === 80)).toBe(true);
  });

  it('A change of codec leaves no sound in the old one', async () => {
    const staged = new StagedHost();
    const phone = await staged.leg('phone', PHONE, { packetMs: 30 });
    staged.run(500);
    for (let round = 0; round < 12; round++) {
      const [codec, payloadType, silence] =
        round % 2 ? (['PCMU', 0, 0xff] as const) : (['PCMA', 8, 0xd5] as const);
      staged.connect('phone', PHONE, { packetMs: 30, codec, payloadType });
      staged.run(205);
      const codes = new Set(phone.listener.packets.flatMap(({ payload }) => [...payload]));
      expect([...codes]).toEqual([silence]);
    }
  });

  it('A telephone may change its packet length and hold within a call', async () => {
    const staged = new StagedHost();
    await staged.leg('phone', PHONE, { packetMs: 40 });
    staged.run(400);
    staged.connect('phone', PHONE, { packetMs: 20 });
    expect(sent(staged, 'phone', 400).map(({ payload }) => payload.length)).toEqual(new Array(20).fill(160));
    staged.connect('phone', PHONE, { packetMs: 30, direction: 'recvonly' });
    expect(sent(staged, 'phone', 400)).toEqual([]);
    staged.connect('phone', PHONE, { packetMs: 30 });
    const packets = sent(staged, 'phone', 600);
    expect(packets.map(({ marker }) => marker)).toEqual(packets.map((_, i) => i === 0));
    expect(packets.every(({ payload }) => payload.length === 240)).toBe(true);
  });
});
