import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createRtpHeader, readRtcp, readRtpHeader, writeRtcp, writeRtpPacket } from '#rtp';
import { keyFrameRequest, wantedKeyFrames } from './feedback.ts';
import { VIDEO_LIMITS } from './limits.ts';
import { VideoSwitch, type VideoTap } from './video-switch.ts';

const SENT_AS = 96;
const header = createRtpHeader();

/** A leg that keeps what it is sent. */
class Way {
  readonly packets: Uint8Array[] = [];
  readonly reports: Uint8Array[] = [];

  sendVideo(packet: Uint8Array): void {
    this.packets.push(Uint8Array.from(packet));
  }

  sendVideoReport(compound: Uint8Array): void {
    this.reports.push(Uint8Array.from(compound));
  }

  /** SSRC, number, time and payload of each packet since the last call. */
  take(): { ssrc: number; sequenceNumber: number; timestamp: number; payloadType: number; text: string }[] {
    return this.packets.splice(0).map((packet) => {
      expect(readRtpHeader(packet, header)).toBeUndefined();
      const { ssrc, sequenceNumber, timestamp, payloadType, payloadStart } = header;
      expect([payloadStart, header.extensionProfile]).toEqual([12, -1]);
      return {
        ...{ ssrc, sequenceNumber, timestamp, payloadType },
        text: Buffer.from(packet.subarray(payloadStart)).toString(),
      };
    });
  }

  /** The SSRCs of the key frame requests since the last call. */
  askedFor(): number[] {
    return this.reports.splice(0).flatMap(wantedKeyFrames);
  }
}

let nowMs: number;
let video: VideoSwitch;
let ann: Way;
let bob: Way;
let anns: VideoTap;
let bobs: VideoTap;

beforeEach(() => {
  nowMs = 1_000;
  video = new VideoSwitch(() => nowMs);
  ann = new Way();
  bob = new Way();
  anns = video.set('ann', ann, { sends: { payloadType: SENT_AS, maxKbps: 600 }, receives: [] });
  bobs = video.set('bob', bob, { receives: [{ fromLegId: 'ann', ssrc: 77, payloadType: 100 }] });
});

function sent(sequenceNumber: number, change: { ssrc?: number; timestamp?: number; text?: string } = {}) {
  const { ssrc = 5, timestamp = 90 * sequenceNumber, text = `picture ${sequenceNumber}` } = change;
  return writeRtpPacket({
    ...{ marker: true, payloadType: SENT_AS, sequenceNumber, timestamp, ssrc },
    csrcs: [1, 2],
    extension: { profile: 0xbede, data: Buffer.from('head') },
    payload: Buffer.from(text),
  });
}

function forward(...packets: Uint8Array[]): void {
  for (const packet of packets) expect(anns.rtp(packet)).toBe(true);
  video.spend();
}

describe('video', () => {
  it('Video is forwarded as a stream of ours, with its gaps', () => {
    forward(sent(65_534), sent(65_535), sent(1));
    const [first, second, fourth] = bob.take();
    expect(first).toMatchObject({ ssrc: 77, payloadType: 100, text: 'picture 65534' });
    expect((second!.sequenceNumber - first!.sequenceNumber) & 0xffff).toBe(1);
    expect((fourth!.sequenceNumber - first!.sequenceNumber) & 0xffff).toBe(3);
    expect((second!.timestamp - first!.timestamp) >>> 0).toBe(90);
    expect(ann.packets).toEqual([]);
  });

  it('Forwarded video stays one stream when the sender starts another', () => {
    forward(sent(100, { timestamp: 4_000 }));
    nowMs += 1_000;
    forward(sent(9_000, { ssrc: 6, timestamp: 7 }));
    const [before, after] = bob.take();
    expect((after!.sequenceNumber - before!.sequenceNumber) & 0xffff).toBe(1);
    expect((after!.timestamp - before!.timestamp) >>> 0).toBe(90_000);
  });

  it('Video waits for the pause, and other packets are left alone', () => {
    expect(anns.rtp(sent(1))).toBe(true);
    expect(bob.packets).toEqual([]);
    video.spend();
    expect(bob.take()).toHaveLength(1);
    const sound = writeRtpPacket({ ...header, payloadType: 111, payload: Buffer.from('x') });
    expect(anns.rtp(sound)).toBe(false);
    expect(bobs.rtp(sent(1))).toBe(false);
  });

  it('Video ends when the sender stops or either side is gone', () => {
    video.set('bob', bob, { receives: [] });
    forward(sent(1));
    bobs = video.set('bob', bob, { receives: [{ fromLegId: 'ann', ssrc: 78, payloadType: 100 }] });
    forward(sent(2));
    expect(bob.take().map(({ ssrc }) => ssrc)).toEqual([78]);
    anns = video.set('ann', ann, { receives: [] });
    expect(anns.rtp(sent(3))).toBe(false);
    anns = video.set('ann', ann, { sends: { payloadType: SENT_AS, maxKbps: 600 }, receives: [] });
    video.remove('bob');
    forward(sent(4));
    expect(bob.packets).toEqual([]);
    video.remove('ann');
    expect(anns.rtp(sent(5))).toBe(false);
  });
});

describe('a key frame request', () => {
  it('A key frame request goes to the right sender, not too often', () => {
    forward(sent(1));
    expect(ann.askedFor()).toEqual([5]);
    for (let i = 0; i < 10; i++) {
      bobs.rtcp(keyFrameRequest(1, 77));
      bobs.rtcp(keyFrameRequest(1, 999));
      nowMs += 100;
      video.spend();
    }
    expect(ann.askedFor()).toEqual([5, 5]);
    video.spend();
    nowMs += VIDEO_LIMITS.keyFrameEveryMs;
    bobs.rtcp(Uint8Array.from([0x81, 205, 0, 3, ...[0, 0, 0, 1], ...[0, 0, 0, 77], ...[0, 1, 0, 0]]));
    video.spend();
    expect(ann.askedFor()).toEqual([5]);
  });

  it('A key frame is requested when another receiver comes later', () => {
    forward(sent(1));
    ann.reports.splice(0);
    nowMs += 5_000;
    const eve = new Way();
    video.set('eve', eve, { receives: [{ fromLegId: 'ann', ssrc: 79, payloadType: 96 }] });
    video.spend();
    expect(ann.askedFor()).toEqual([5]);
    forward(sent(2));
    expect([eve.take().length, bob.take().length]).toEqual([1, 2]);
  });
});

describe('reports', () => {
  it('A sender is told once a second what was received', () => {
    forward(sent(1), sent(2), sent(4));
    nowMs += VIDEO_LIMITS.reportEveryMs;
    video.spend();
    const report = ann.reports.at(-1)!;
    const reading = readRtcp(report);
    expect('packets' in reading && reading.packets[0]).toMatchObject({
      kind: 'receiver-report',
      blocks: [{ ssrc: 5, cumulativeLost: 1 }],
    });
    const remb = Buffer.from(report).subarray(report.length - 8);
    expect(Buffer.from(report).subarray(-12, -8).toString()).toBe('REMB');
    const [exponent, mantissa] = [remb[1]! >> 2, ((remb[1]! & 3) << 16) | remb.readUInt16BE(2)];
    expect(mantissa * 2 ** exponent).toBeCloseTo(600_000, -2);
    expect(remb.readUInt32BE(4)).toBe(5);
  });

  it("Sender reports reach receivers on their own stream's clock", () => {
    forward(sent(10, { timestamp: 1_000 }));
    const timestamp = bob.take()[0]!.timestamp;
    const theirs = { ssrc: 5, ntpSeconds: 9, ntpFraction: 8, rtpTimestamp: 1_090, packets: 1, bytes: 2 };
    anns.rtcp(writeRtcp([{ kind: 'sender-report', ...theirs, blocks: [] }]));
    const reading = readRtcp(bob.reports.at(-1)!);
    expect('packets' in reading && reading.packets[0]).toMatchObject({
      ...{ kind: 'sender-report', ssrc: 77, ntpSeconds: 9, ntpFraction: 8 },
      ...{ rtpTimestamp: (timestamp + 90) >>> 0, packets: 1, bytes: 'picture 10'.length },
    });
  });
});

describe('too much video', () => {
  const big = 'x'.repeat(1_000);

  it('A sender above its bit rate loses packets; others lose none', () => {
    const eve = new Way();
    const eves = video.set('eve', eve, { sends: { payloadType: SENT_AS, maxKbps: 600 }, receives: [] });
    video.set('bob', bob, {
      receives: [
        { fromLegId: 'ann', ssrc: 77, payloadType: 96 },
        { fromLegId: 'eve', ssrc: 78, payloadType: 96 },
      ],
    });
    for (let n = 0; n < 1_000; n++) {
      anns.rtp(sent(n, { text: big }));
      if (n % 100 === 0) eves.rtp(sent(n));
      video.spend();
    }
    const forwarded = bob.take();
    const allowed = (600_000 * VIDEO_LIMITS.excess) / 8;
    expect(forwarded.filter(({ ssrc }) => ssrc === 77).length).toBeLessThan(allowed / 1_000);
    expect(forwarded.filter(({ ssrc }) => ssrc === 78).length).toBe(10);
    expect(video.dropped).toBeGreaterThan(800);
  });

  it('Packets beyond the common budget are dropped', () => {
    const receivers = Array.from({ length: 100 }, (_, i) => {
      const way = new Way();
      video.set(`r${i}`, way, { receives: [{ fromLegId: 'ann', ssrc: i, payloadType: 96 }] });
      return way;
    });
    for (let n = 0; n < 100; n++) forward(sent(n));
    expect(video.forwarded).toBe(VIDEO_LIMITS.forwardedBurst);
    expect(video.dropped).toBe(100 * 101 - VIDEO_LIMITS.forwardedBurst);
    nowMs += 100;
    forward(sent(200));
    expect(receivers.every((way) => way.take().at(-1)?.text === 'picture 200')).toBe(true);
  });

  it('Packets beyond one pause wait for the next, in order', () => {
    video = new VideoSwitch(() => {
      nowMs += VIDEO_LIMITS.spentMs / 4;
      return nowMs;
    });
    anns = video.set('ann', ann, { sends: { payloadType: SENT_AS, maxKbps: 600 }, receives: [] });
    video.set('bob', bob, { receives: [{ fromLegId: 'ann', ssrc: 77, payloadType: 96 }] });
    for (let n = 0; n < 20; n++) anns.rtp(sent(n));
    video.spend();
    const first = bob.packets.length;
    expect(first).toBeLessThan(10);
    for (let i = 0; i < 10; i++) video.spend();
    expect(bob.take().map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, n) => `picture ${n}`));
  });

  it('Packets beyond the waiting limit are dropped', () => {
    for (let n = 0; n < VIDEO_LIMITS.waiting + 50; n++) anns.rtp(sent(n, { text: 'x' }));
    expect(video.dropped).toBe(50);
  });
});

it('The video switch survives any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1_600 }), fc.boolean(), (bytes, formed) => {
      if (formed && bytes.length > 4) bytes.set([0x80 | (bytes[0]! & 0x3f), 206 - (bytes[1]! & 7)]);
      anns.rtcp(bytes);
      bobs.rtcp(bytes);
      if (formed && bytes.length > 1) bytes[1] = SENT_AS;
      anns.rtp(bytes);
      bobs.rtp(bytes);
      nowMs += 5;
      video.spend();
      for (const packet of bob.packets.splice(0)) expect(readRtpHeader(packet, header)).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
  ann.take();
  forward(sent(1));
  expect(bob.take()).toHaveLength(1);
});
