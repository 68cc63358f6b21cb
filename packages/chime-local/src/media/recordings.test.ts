import { describe, expect, it } from 'vitest';
import { findClicks, hasTone, levelDbfs, tone } from '#audio';
import type { LegKind } from './media-edge.ts';
import { StagedHost } from './testing/staged-host.ts';

const PHONE: LegKind = { transport: 'rtp', band: 'narrow' };
const PAGE_PHONE: LegKind = { transport: 'webrtc', band: 'narrow' };
const CLIENT: LegKind = { transport: 'webrtc', band: 'full' };
const OPUS = { codec: 'opus', payloadType: 111, dtmfPayloadType: 110 } as const;
const RATE = 8_000;
const CALLER_HZ = 400;
const FRIEND_HZ = 700;
const PROMPT_HZ = 1_000;

/** A staged host that keeps what is recorded. */
class Studio extends StagedHost {
  readonly recorded = new Map<string, number[]>();
  readonly over: string[] = [];

  constructor() {
    super({
      onRecorded: (id, samples, last) => {
        this.recorded.set(id, [...(this.recorded.get(id) ?? []), ...samples]);
        if (last) this.over.push(id);
      },
    });
  }

  /** The samples of one channel of a recording, between two times in seconds. */
  channel(id: string, { of = 1, at = 0, from = 0, to = Number.POSITIVE_INFINITY } = {}): Int16Array {
    const all = this.recorded.get(id) ?? [];
    const samples = Int16Array.from(all.filter((_, index) => index % of === at));
    return samples.subarray(from * RATE, Math.min(samples.length, to * RATE));
  }
}

/** Which of the three frequencies the samples contain. */
const tones = (samples: Int16Array) =>
  [CALLER_HZ, FRIEND_HZ, PROMPT_HZ].filter((hz) => hasTone(samples, hz, RATE));

describe('a recording of a leg', () => {
  it('T-094 A recording has what is said left, what is heard right', async () => {
    const studio = new Studio();
    const phone = await studio.leg('phone', PHONE);
    studio.host.loadAudio('prompt', tone(PROMPT_HZ, 2 * RATE, RATE));
    studio.host.record('phone', { recordingId: 'r', channels: ['said', 'heard'] });
    phone.sing(CALLER_HZ);
    studio.host.play('phone', { playId: 'p', audioId: 'prompt', repeat: 1 });
    studio.run(1_500);
    studio.host.stopRecording('phone', 'r');
    expect(studio.over).toEqual(['r']);
    const left = studio.channel('r', { of: 2, at: 0, from: 0.3 });
    const right = studio.channel('r', { of: 2, at: 1, from: 0.1 });
    expect([tones(left), tones(right)]).toEqual([[CALLER_HZ], [PROMPT_HZ]]);
    expect(left.length / RATE).toBeGreaterThan(1.1);
    expect([findClicks(left, 12), findClicks(right, 12)]).toEqual([[], []]);
  });

  it.each([
    ['a telephone', PHONE, {}],
    ['a phone page', PAGE_PHONE, OPUS],
  ])('A recording has both sides of a bridge: %s', async (_name, kind, changes) => {
    const studio = new Studio();
    const caller = await studio.leg('caller', kind, changes);
    const friend = await studio.leg('friend', PHONE);
    for (const legId of ['caller', 'friend'])
      studio.host.joinMeeting(legId, { meetingId: 'b', attendeeId: legId, muted: false });
    studio.host.record('caller', { recordingId: 'r', channels: ['said', 'heard'] });
    caller.sing(CALLER_HZ);
    friend.sing(FRIEND_HZ);
    studio.run(1_500);
    studio.host.closeLeg('caller');
    expect(studio.over).toEqual(['r']);
    expect(tones(studio.channel('r', { of: 2, at: 0, from: 0.5 }))).toEqual([CALLER_HZ]);
    expect(tones(studio.channel('r', { of: 2, at: 1, from: 0.5 }))).toEqual([FRIEND_HZ]);
  });

  it('T-095 A recording continues through a pause, silent between two marks', async () => {
    const studio = new Studio();
    const phone = await studio.leg('phone', PHONE);
    phone.sing(CALLER_HZ);
    studio.host.record('phone', { recordingId: 'r', channels: ['said'] });
    studio.run(1_000);
    studio.host.pauseRecording('phone', 'r', true);
    studio.run(5_000);
    studio.host.pauseRecording('phone', 'r', false);
    studio.run(1_000);
    studio.host.stopRecording('phone', 'r');
    expect(studio.channel('r').length / RATE).toBeCloseTo(7, 1);
    expect(tones(studio.channel('r', { from: 0.5, to: 0.9 }))).toEqual([CALLER_HZ]);
    expect(tones(studio.channel('r', { from: 1.1, to: 1.2 }))).toEqual([PROMPT_HZ]);
    expect(levelDbfs(studio.channel('r', { from: 1.5, to: 5.9 }))).toBe(-120);
    expect(tones(studio.channel('r', { from: 6.04, to: 6.12 }))).toEqual([PROMPT_HZ]);
    expect(tones(studio.channel('r', { from: 6.3, to: 7 }))).toEqual([CALLER_HZ]);
  });

  it('T-090 A recorder reports once that nothing was said for long enough', async () => {
    const studio = new Studio();
    const phone = await studio.leg('phone', PHONE);
    phone.sing(CALLER_HZ);
    studio.host.record('phone', {
      recordingId: 'r',
      channels: ['said'],
      silence: { ms: 1_000, threshold: 200 },
    });
    studio.run(2_000);
    expect(studio.log).not.toContain('silence in r');
    phone.sing(0);
    studio.run(900);
    expect(studio.log).not.toContain('silence in r');
    studio.run(2_000);
    expect(studio.log.filter((line) => line === 'silence in r')).toHaveLength(1);
  });

  it('A recording is reported in pieces of 200 ms', async () => {
    const studio = new Studio();
    const phone = await studio.leg('phone', PHONE);
    phone.sing(CALLER_HZ);
    studio.host.record('phone', { recordingId: 'r', channels: ['said', 'heard'] });
    studio.run(1_000);
    expect(studio.channel('r', { of: 2 }).length / RATE).toBeGreaterThanOrEqual(0.8);
  });

  it('A recording ends at once if there is no telephone', async () => {
    const studio = new Studio();
    await studio.leg('client', CLIENT);
    studio.host.record('client', { recordingId: 'of a client', channels: ['said'] });
    studio.host.record('nobody', { recordingId: 'of nobody', channels: ['said'] });
    expect(studio.over).toEqual(['of a client', 'of nobody']);
  });
});
