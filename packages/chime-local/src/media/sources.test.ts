import { describe, expect, it } from 'vitest';
import { findClicks, toneLevelDbfs } from '#audio';
import { readRtcp, writeRtpPacket } from '#rtp';
import type { LegKind } from './media-edge.ts';
import { type StagedFarEnd, StagedHost } from './testing/staged-host.ts';

const PHONE: LegKind = { transport: 'rtp', band: 'narrow' };
const SILENCE = new Uint8Array(160).fill(0xff);

/** A meeting with a talker who sings 440 Hz and a listener. */
async function meeting(): Promise<{ staged: StagedHost; talker: StagedFarEnd; listener: StagedFarEnd }> {
  const staged = new StagedHost();
  const talker = await staged.leg('talker', PHONE);
  const listener = await staged.leg('listener', PHONE);
  for (const legId of ['talker', 'listener'])
    staged.host.joinMeeting(legId, { meetingId: 'm', attendeeId: legId, muted: false });
  talker.sing(440);
  return { staged, talker, listener };
}

function stray(talker: StagedFarEnd, payloadType: number, sequenceNumber: number, ssrc = 777): void {
  const payload = payloadType === 13 ? Uint8Array.of(30) : SILENCE;
  const timestamp = sequenceNumber * 160;
  talker.send(writeRtpPacket({ marker: false, payloadType, sequenceNumber, timestamp, ssrc, payload }));
}

/**
 * Lets a second and a half pass in which every fifth packet is followed by a stray one.
 * @returns whether all of the tone was heard.
 */
function heardAll(staged: StagedHost, listener: StagedFarEnd, between: (n: number) => void): boolean {
  for (let n = 0; n < 15; n++) {
    staged.run(100);
    between(n);
  }
  const sound = listener.listener.lately(1.4);
  const frames = Array.from({ length: 70 }, (_, i) => sound.subarray(i * 160, (i + 1) * 160));
  return frames.every((frame) => toneLevelDbfs(frame, 440, 8_000) > -22) && findClicks(sound).length === 0;
}

describe('the voice of a leg', () => {
  it.each([
    ['comfort noise', 13],
    ['silence', 0],
  ])('A voice continues though another source sends %s in between', async (_, payloadType) => {
    const { staged, talker, listener } = await meeting();
    staged.run(600);
    // A delay of 60 ms: from then on the jitter buffer is deep.
    const { singer } = talker;
    talker.singer = undefined;
    staged.run(60);
    for (let n = 0; n < 3; n++) talker.send(singer!.next());
    talker.singer = singer;
    staged.run(400);
    expect(heardAll(staged, listener, (n) => stray(talker, payloadType, n + 1))).toBe(true);
    expect(heardAll(staged, listener, (n) => stray(talker, payloadType, n + 1, 800 + n))).toBe(true);
  });

  it('A new source is followed once the old one is silent', async () => {
    const { staged, talker, listener } = await meeting();
    staged.run(600);
    talker.sing(700);
    const before = listener.listener.packets.length;
    staged.run(1_000);
    const packets = listener.listener.packets.length - before;
    const heard = listener.listener.lately(1);
    expect(packets).toBe(50);
    // The first two packets wait until the source is known, and none is lost.
    expect(toneLevelDbfs(heard.subarray(2_000), 700, 8_000)).toBeGreaterThan(-18);
    expect(toneLevelDbfs(heard.subarray(960, 2_000), 700, 8_000)).toBeGreaterThan(-24);
    const report = () => readRtcp(talker.reports.at(-1)!);
    staged.run(9_000);
    const reading = report();
    expect('packets' in reading && reading.packets[0]).toMatchObject({ blocks: [{ cumulativeLost: 0 }] });
  });
});
