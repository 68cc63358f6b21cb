import { describe, expect, it } from 'vitest';
import { findClicks, levelDbfs, PCMU, tone } from '#audio';
import { FORMS } from '#conference';
import { writeRtpPacket } from '#rtp';
import type { LegKind } from './media-edge.ts';
import { type StagedFarEnd, StagedHost } from './testing/staged-host.ts';

const PHONE: LegKind = { transport: 'rtp', band: 'narrow' };
const PAGE_PHONE: LegKind = { transport: 'webrtc', band: 'narrow' };
const CLIENT: LegKind = { transport: 'webrtc', band: 'full' };
/** Frequency and level of the tone that is sung; its amplitude is 5000. */
const HZ = 443;
const LEVEL = 20 * Math.log10(5_000 / 32_768);
/** Telephones per slot. */
const GATHERED = 8;

function join(staged: StagedHost, legId: string): void {
  staged.host.joinMeeting(legId, { meetingId: 'm', attendeeId: legId.toUpperCase(), muted: false });
}

/**
 * A meeting that is mixed in the given slot: one telephone of that slot sings, and one of each slot listens.
 */
async function meetingIn(slot: number) {
  const staged = new StagedHost();
  for (let n = 0; n < 4 * GATHERED; n++) await staged.leg(`phone-${n}`, PHONE);
  const legs = [slot, 0, 1, 2, 3].map((each, n) => `phone-${each * GATHERED + (n === 0 ? 0 : 1)}`);
  for (const legId of legs) join(staged, legId);
  const [singer, ...listeners] = legs.map((legId) => staged.farEnds.get(legId)!);
  singer!.sing(HZ);
  staged.run(1_000);
  return { staged, singer: singer!, listeners };
}

/** The level of the quietest 10 ms within the last `seconds` that were heard, dBFS. */
function quietest({ listener }: StagedFarEnd, seconds: number): number {
  const heard = listener.lately(seconds);
  const part = FORMS[listener.band].sampleRate / 100;
  const starts = Array.from({ length: heard.length / part }, (_, n) => n * part);
  return Math.min(...starts.map((start) => levelDbfs(heard, start, start + part)));
}

describe('a meeting that a browser joins', () => {
  it.each([0, 1, 2, 3])('A joining browser causes no click or gap at telephones (slot %i)', async (slot) => {
    for (const wait of [0, 5, 10, 15]) {
      const { staged, singer, listeners } = await meetingIn(slot);
      staged.run(wait);
      const client = await staged.leg('client', CLIENT);
      join(staged, 'client');
      staged.run(700);
      for (const phone of listeners) {
        expect(findClicks(phone.listener.lately(0.9), 12)).toEqual([]);
        expect(quietest(phone, 0.9)).toBeGreaterThan(LEVEL - 2);
        expect(phone.listener.packets.every(({ payload }) => payload.length === 160)).toBe(true);
      }
      expect(findClicks(client.listener.lately(0.6), 12)).toEqual([]);
      expect(quietest(client, 0.6)).toBeGreaterThan(LEVEL - 1);
      client.sing(700);
      staged.run(600);
      expect(singer.listener.tones([HZ, 700])).toEqual([700]);
    }
  });
});

describe('frames of 10 ms', () => {
  /**
   * Time from when a loud 10 ms packet leaves until the first loud packet leaves for the other leg of the
   * same kind, ms.
   */
  async function wayOf(kind: LegKind, phaseMs: number): Promise<number> {
    const staged = new StagedHost();
    const [from, to] = [await staged.leg('from', kind), await staged.leg('to', kind)];
    for (const legId of ['from', 'to']) join(staged, legId);
    let heardAtMs = Number.NaN;
    to.sendRtp = (packet) => {
      const loud = packet.subarray(12).findIndex((code) => Math.abs(PCMU.toLinear[code]!) > 4_000);
      if (loud >= 0 && Number.isNaN(heardAtMs)) heardAtMs = staged.nowMs + loud / 8;
    };
    staged.run(phaseMs);
    const count = 600;
    for (let n = 0; n < count; n++) {
      const payload = new Uint8Array(80).fill(n === count - 20 ? 0x80 : PCMU.silence);
      from.send(
        writeRtpPacket({
          marker: n === 0,
          payloadType: 0,
          sequenceNumber: n,
          timestamp: n * 80,
          ssrc: 1,
          payload,
        }),
      );
      staged.run(10);
    }
    return heardAtMs - (staged.nowMs - 200);
  }

  it('A voice is 10 ms faster between phone pages than between telephones', async () => {
    const phases = [1, 6, 11, 16];
    const mean = async (kind: LegKind) => {
      let sum = 0;
      for (const phase of phases) sum += await wayOf(kind, phase);
      return sum / phases.length;
    };
    expect((await mean(PHONE)) - (await mean(PAGE_PHONE))).toBeCloseTo(10, 0);
  });
});

describe('a telephone in a meeting with a browser', () => {
  it('A telephone and a phone page are recorded without a click', async () => {
    const recorded = new Map<string, number[]>();
    const staged = new StagedHost({
      onRecorded: (id, samples) => recorded.set(id, [...(recorded.get(id) ?? []), ...samples]),
    });
    const [phone, page] = [await staged.leg('phone', PHONE), await staged.leg('page', PAGE_PHONE)];
    phone.sing(HZ);
    page.sing(700);
    for (const legId of ['phone', 'page']) {
      for (const channel of ['said', 'heard'] as const) {
        staged.host.record(legId, { recordingId: `${legId} ${channel}`, channels: [channel] });
      }
    }
    for (const legId of ['phone', 'page']) join(staged, legId);
    staged.run(3_000);
    for (const [recordingId, samples] of recorded) {
      const settled = Int16Array.from(samples).subarray(8_000);
      expect(settled.length, recordingId).toBeGreaterThan(8_000);
      expect(findClicks(settled, 12), recordingId).toEqual([]);
      expect(levelDbfs(settled), recordingId).toBeGreaterThan(LEVEL - 1);
    }
    expect(recorded.size).toBe(4);
  });

  it('A telephone hears a prompt, then the meeting again, without a click', async () => {
    const { staged, listeners } = await meetingIn(1);
    await staged.leg('page', PAGE_PHONE);
    join(staged, 'page');
    staged.run(400);
    staged.host.loadAudio('prompt', tone(900, 4_000, 8_000, 5_000));
    for (const legId of ['phone-1', 'phone-9', 'phone-17', 'phone-25'])
      staged.host.play(legId, { playId: legId, audioId: 'prompt', repeat: 1 });
    staged.run(250);
    for (const { listener } of listeners) expect(listener.tones([HZ, 900], 0.1)).toEqual([900]);
    staged.run(700);
    for (const { listener } of listeners) {
      expect(listener.tones([HZ, 900])).toEqual([HZ]);
      expect(findClicks(listener.lately(1.3), 12)).toEqual([]);
    }
  });
});
