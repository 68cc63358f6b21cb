import { createSocket } from 'node:dgram';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findClicks, levelDbfs, PCMA, tone, toneLevelDbfs } from '#audio';
import { readRtcp, writeRtcp, writeTelephoneEvent } from '#rtp';
import { eventually, inSomeRound, reservePorts } from '#testkit';
import type { LocalMedia, MediaEdge } from './media-edge.ts';
import { startMediaEdge } from './start-media-edge.ts';
import { lastPacketKind } from './testing/last-packet-kind.ts';
import { RtpPhone, SILENT_EVENTS } from './testing/rtp-phone.ts';

const RATE = 8000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let edge: MediaEdge;
let log: string[] = [];
let phones: RtpPhone[] = [];
let calls: string[] = [];

beforeAll(async () => {
  edge = await startMediaEdge({
    address: '127.0.0.1',
    portRange: { first: 42_000, last: 48_999 },
    mediaLostAfterMs: 400,
  });
  edge.observe({
    ...SILENT_EVENTS,
    onDigit: (legId, digit) => log.push(`${legId} pressed ${digit}`),
    onPlaybackFinished: (legId, playId) => log.push(`${legId} heard ${playId}`),
    onSpeaking: ({ attendeeIds }) => log.push(`speaking: ${attendeeIds.join(' ')}`),
    onMediaLost: (legId) => log.push(`${legId} lost`),
    onFatal: (error) => log.push(`fatal: ${error.message}`),
  });
});

afterAll(() => edge.close());

afterEach(() => {
  for (const call of calls) edge.closeLeg(call);
  for (const phone of phones) phone.close();
  calls = [];
  phones = [];
  log = [];
});

async function call(legId: string, codec?: typeof PCMA): Promise<{ phone: RtpPhone; media: LocalMedia }> {
  const phone = await RtpPhone.open(codec);
  phones.push(phone);
  calls.push(legId);
  return { phone, media: await edge.openLeg(legId) };
}

describe('the media edge', () => {
  it('Every leg hears the others, but neither itself nor muted ones', async () => {
    const hz = [300, 700, 1100];
    const three = [await call('a', PCMA), await call('b'), await call('c')];
    three.forEach(({ phone, media }, i) => {
      const legId = 'abc'[i]!;
      edge.connectLeg(legId, phone.remote());
      edge.joinMeeting(legId, { meetingId: 'm', attendeeId: legId.toUpperCase(), muted: false });
      phone.sing(hz[i]!, media);
    });
    const tones = () =>
      three.map(({ phone }) => hz.filter((f) => toneLevelDbfs(phone.lately(0.4), f, RATE) > -45));
    const clicks = () => three.flatMap(({ phone }) => findClicks(phone.lately(0.4), 12));
    // The phones share this process: when it is delayed, their sound stutters for a while.
    await expect
      .poll(() => [tones(), clicks(), three[0]?.phone.lately(0.4).length])
      .toEqual([
        [
          [700, 1100],
          [300, 1100],
          [300, 700],
        ],
        [],
        0.4 * RATE,
      ]);
    await eventually(() => log.includes('speaking: A B C'));

    edge.setMuted('m', ['B'], true);
    edge.loadAudio('prompt', tone(1900, RATE, RATE));
    // It plays for long enough that even a busy machine finds a moment without a gap in it.
    edge.play('a', { playId: 'long', audioId: 'prompt', repeat: 60 });
    const prompt = (n: number) => toneLevelDbfs(three[n]!.phone.lately(0.3), 1900, RATE);
    await expect
      .poll(() => [tones(), prompt(0) > -20, prompt(1) < -60])
      .toEqual([[[], [300, 1100], [300]], true, true]);
    edge.stop('a', 'long');
    edge.play('a', { playId: 'p', audioId: 'prompt', repeat: 1 });
    await eventually(() => log.includes('a heard p'));
    await expect.poll(() => tones()[0]).toEqual([1100]);
    edge.dropAudio('prompt');
  });

  it('The stream is even, and a changed frame does not shift it', () => inSomeRound(isEven));

  async function isEven(): Promise<void> {
    edge.closeLeg('a');
    const { phone } = await call('a');
    edge.connectLeg('a', phone.remote());
    edge.loadAudio('long', tone(440, RATE * 5, RATE));
    await eventually(() => phone.heard.length > 10);
    const latencies: number[] = [];
    for (let n = 0; n < 6; n++) {
      await pause(43);
      const asked = performance.now();
      const before = phone.heard.length;
      edge.play('a', { playId: `p${n}`, audioId: 'long', repeat: 1 });
      await eventually(() => phone.heard.slice(before).some((frame) => levelDbfs(frame.samples) > -20));
      latencies.push(phone.heard[before]!.atMs - asked);
      await pause(31);
      edge.stop('a', `p${n}`);
    }
    expect(latencies.sort((a, b) => a - b)[2]).toBeLessThan(8);
    const first = phone.heard[0]!;
    phone.heard.slice(1).forEach((frame, i) => {
      const before = phone.heard[i]!;
      const step = (frame.timestamp - before.timestamp) >>> 0;
      // A machine too busy to serve the thread skips frames; the marker then says so.
      expect(step % 160).toBe(0);
      expect(frame.marker).toBe(step !== 160);
      expect((frame.sequenceNumber - before.sequenceNumber) & 0xffff).toBe(1);
    });
    // The quickest frame of each half is compared, because a busy machine reads some of them late.
    const delays = phone.heard.map(({ atMs, timestamp }) => atMs - ((timestamp - first.timestamp) >>> 0) / 8);
    const half = delays.length >> 1;
    const shift = Math.min(...delays.slice(half)) - Math.min(...delays.slice(0, half));
    expect(Math.abs(shift)).toBeLessThan(25);
    // A tone that begins at full strength is not a click; a click would measure three times as much.
    expect(findClicks(phone.lately(2), 12)).toEqual([]);
    edge.dropAudio('long');
  }

  it("A playback's end is reported after its repetitions; unplayable audio is refused", async () => {
    const { phone } = await call('a');
    edge.connectLeg('a', phone.remote());
    edge.loadAudio('short', tone(440, 400, RATE));
    edge.play('a', { playId: 'thrice', audioId: 'short', repeat: 3 });
    await eventually(() => log.includes('a heard thrice'));
    const loud = phone.heard.filter((frame) => levelDbfs(frame.samples) > -40).length;
    expect(loud).toBeGreaterThanOrEqual(7);
    expect(loud).toBeLessThanOrEqual(8);
    expect(() => edge.play('a', { playId: 'x', audioId: 'none', repeat: 1 })).toThrow(/no audio "none"/);
    expect(() => edge.play('a', { playId: 'x', audioId: 'short', repeat: 0 })).toThrow(/repeat is 0/);
  });

  it('A key is counted once, and its sound stays out of meetings', async () => {
    const one = await call('a');
    const two = await call('b');
    for (const [legId, { phone }] of [
      ['a', one],
      ['b', two],
    ] as const) {
      edge.connectLeg(legId, phone.remote());
      edge.joinMeeting(legId, { meetingId: 'm', attendeeId: legId, muted: false });
    }
    for (let n = 0; n < 8; n++) {
      const event = writeTelephoneEvent('5', n > 4, 160 * (n + 1));
      one.phone.send(one.phone.packet(101, event, 77_000, n === 0), one.media.rtpPort);
      one.phone.send(one.phone.voice(tone(770, 160, RATE)), one.media.rtpPort);
      await pause(20);
    }
    await eventually(() => log.includes('a pressed 5'));
    await pause(60);
    expect(log.filter((line) => line.includes('pressed'))).toEqual(['a pressed 5']);
    expect(toneLevelDbfs(two.phone.lately(0.3), 770, RATE)).toBeLessThan(-60);
  });

  it('A held leg sends nothing, reports lost media, and resumes elsewhere', async () => {
    const { phone, media } = await call('a');
    edge.connectLeg('a', phone.remote());
    await eventually(() => phone.heard.length > 3);
    edge.connectLeg('a', phone.remote({ direction: 'inactive' }));
    await edge.stats();
    await pause(60);
    const held = phone.heard.length;
    await pause(100);
    expect(phone.heard.length).toBe(held);
    const other = await RtpPhone.open();
    phones.push(other);
    edge.connectLeg('a', other.remote());
    await eventually(() => other.heard.length > 3 && log.includes('a lost'));
    expect(other.heard[0]!.marker).toBe(true);
    expect(phone.heard.length).toBe(held);
    expect(log.filter((line) => line === 'a lost')).toHaveLength(1);
    expect(media.rtcpPort).toBe(media.rtpPort + 1);
  });

  it('A leg follows the first source unlike the SDP, and no stranger', async () => {
    const { phone, media } = await call('a');
    const stranger = await RtpPhone.open();
    phones.push(stranger);
    edge.connectLeg('a', phone.remote({ rtpPort: 9 }));
    for (let n = 0; n < 3; n++) phone.send(phone.voice(new Int16Array(160)), media.rtpPort);
    await eventually(() => phone.heard.length > 2);
    for (let n = 0; n < 9; n++) stranger.send(stranger.voice(new Int16Array(160)), media.rtpPort);
    await pause(100);
    expect(stranger.heard).toEqual([]);
  });

  it('The media edge ignores malformed bytes from anyone', async () => {
    const { phone, media } = await call('a');
    edge.connectLeg('a', phone.remote());
    const socket = createSocket('udp4');
    let seed = 7;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const before = (await edge.stats()).refusedPackets;
    for (let n = 0; n < 300; n++) {
      const bytes = Uint8Array.from({ length: n === 0 ? 9000 : random(200) }, () => random(256));
      if (bytes.length > 0 && n % 2) bytes[0] = 0x80 | random(64);
      socket.send(bytes, n % 3 ? media.rtpPort : media.rtcpPort, '127.0.0.1');
      phone.send(bytes, media.rtpPort);
    }
    await pause(60);
    socket.close();
    const heard = phone.heard.length;
    await eventually(() => phone.heard.length > heard + 5);
    expect((await edge.stats()).refusedPackets).toBeGreaterThan(before + 300);
    expect(log.filter((line) => line.startsWith('fatal'))).toEqual([]);
  });

  it('A leg ends with a sender report, the CNAME and a goodbye', async () => {
    const { phone, media } = await call('a');
    edge.connectLeg('a', phone.remote());
    await eventually(() => phone.heard.length > 3);
    phone.rtcp.send(
      writeRtcp([{ kind: 'receiver-report', ssrc: 1, blocks: [] }]),
      media.rtcpPort,
      '127.0.0.1',
    );
    const { refusedPackets } = await edge.stats();
    phone.send(phone.voice(new Int16Array(160)), media.rtpPort);
    // Packets are read in order: once this one has been refused, the voice has been read.
    phone.send(Buffer.from([0]), media.rtpPort);
    await eventually(async () => (await edge.stats()).refusedPackets > refusedPackets);
    edge.closeLeg('a');
    await eventually(() => lastPacketKind(phone.reports) === 'goodbye');
    const reading = readRtcp(phone.reports.at(-1)!);
    expect('packets' in reading && reading.packets.map((packet) => packet.kind)).toEqual([
      'sender-report',
      'source-description',
      'goodbye',
    ]);
    expect('packets' in reading && reading.packets[0]).toMatchObject({ blocks: [{ cumulativeLost: 0 }] });
  });

  it('Closed legs leave nothing behind, and none is opened twice', async () => {
    await call('a');
    await expect(edge.openLeg('a')).rejects.toThrow(/open already/);
    const hasty = edge.openLeg('b').then(
      () => 'open',
      () => 'closed',
    );
    edge.closeLeg('b');
    expect(['open', 'closed']).toContain(await hasty);
    edge.closeLeg('a');
    edge.closeLeg('a');
    edge.connectLeg('a', phones[0]!.remote());
    expect(await edge.stats()).toMatchObject({ legs: 0, meetings: 0, audioBytes: 800 });
  });
});

describe('closing', () => {
  it('A failed start on a foreign address leaves nothing to close', async () => {
    await expect(startMediaEdge({ address: '192.0.2.1' })).rejects.toThrow(/EADDRNOTAVAIL/);
  });

  it('Closing frees the ports and answers pending requests', async () => {
    const ports = await reservePorts(4);
    const portRange = { first: ports, last: ports + 3 };
    const options = { address: '127.0.0.1', portRange };
    const first = await startMediaEdge(options);
    first.observe(SILENT_EVENTS);
    const media = await first.openLeg('a');
    await first.openLeg('b');
    await expect(first.openLeg('c')).rejects.toThrow(
      `no RTP port is free between ${portRange.first} and ${portRange.last}`,
    );
    await first.close();
    await first.close();
    await expect(first.openLeg('d')).rejects.toThrow(/closed/);
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(media.rtpPort, '127.0.0.1', resolve));
    socket.close();
  });
});
