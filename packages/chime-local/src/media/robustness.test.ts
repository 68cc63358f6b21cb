import { createSocket, type Socket } from 'node:dgram';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { levelDbfs, tone } from '#audio';
import { looksLikeRtcp, writeRtcp } from '#rtp';
import { eventually, inSomeRound } from '#testkit';
import type { MediaEdge } from './media-edge.ts';
import { startMediaEdge } from './start-media-edge.ts';
import { lastPacketKind } from './testing/last-packet-kind.ts';
import { RtpPhone, SILENT_EVENTS } from './testing/rtp-phone.ts';

const RATE = 8000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let edge: MediaEdge;
let phones: RtpPhone[] = [];

beforeAll(async () => {
  edge = await startMediaEdge({ address: '127.0.0.1', portRange: { first: 35_000, last: 38_999 } });
  edge.observe(SILENT_EVENTS);
});

afterAll(() => edge.close());

afterEach(() => {
  edge.closeLeg('a');
  for (const phone of phones) phone.close();
  phones = [];
});

async function ring(): Promise<RtpPhone> {
  const phone = await RtpPhone.open();
  phones.push(phone);
  return phone;
}

describe('the media edge under strain', () => {
  it('Sound keeps flowing while the main thread is blocked', async () => {
    const phone = await ring();
    await edge.openLeg('a');
    edge.connectLeg('a', phone.remote());
    await eventually(() => phone.heard.length > 5);
    await inSomeRound(async () => {
      const before = phone.heard.length;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      await pause(30);
      // 500 ms are 25 frames; a machine that is busy elsewhere may cost the thread some of them, but not
      // half.
      expect(phone.heard.length - before).toBeGreaterThanOrEqual(18);
    });
  });

  it("Nothing, not even reports, is sent to an old-style hold's address", async () => {
    const phone = await ring();
    await edge.openLeg('a');
    edge.connectLeg('a', phone.remote({ address: '0.0.0.0', direction: 'recvonly' }));
    await pause(80);
    edge.connectLeg('a', phone.remote());
    await eventually(() => phone.heard.length > 2);
    // Linux would deliver packets for 0.0.0.0 to the loopback, and so to this very phone.
    edge.connectLeg('a', phone.remote({ address: '0.0.0.0' }));
    await edge.stats();
    await pause(40);
    const heard = phone.heard.length;
    await pause(80);
    edge.closeLeg('a');
    await edge.stats();
    await pause(40);
    expect(phone.heard.length).toBe(heard);
    expect(phone.reports).toEqual([]);
  });

  it('RTP and RTCP share one port if that was negotiated', async () => {
    const socket: Socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    const voice: Uint8Array[] = [];
    const reports: Uint8Array[] = [];
    socket.on('message', (bytes) => (looksLikeRtcp(bytes) ? reports : voice).push(bytes));
    const media = await edge.openLeg('a');
    edge.connectLeg('a', {
      ...{ address: '127.0.0.1', rtpPort: port, rtcpPort: port },
      ...{ codec: 'PCMU', payloadType: 0, direction: 'sendrecv' },
    });
    await eventually(() => voice.length > 3);
    const { refusedPackets } = await edge.stats();
    socket.send(writeRtcp([{ kind: 'receiver-report', ssrc: 1, blocks: [] }]), media.rtpPort, '127.0.0.1');
    await pause(40);
    expect((await edge.stats()).refusedPackets).toBe(refusedPackets);
    edge.closeLeg('a');
    // If the call takes more than 2.5 s, its reports come first.
    await expect.poll(() => lastPacketKind(reports)).toBe('goodbye');
    socket.close();
  });

  it('A second change is heard that comes while a frame is ahead', () => inSomeRound(hearsBoth));

  async function hearsBoth(): Promise<void> {
    edge.closeLeg('a');
    const phone = await ring();
    await edge.openLeg('a');
    edge.loadAudio('low', tone(440, RATE, RATE, 1_000));
    edge.loadAudio('loud', tone(440, RATE, RATE, 8_000));
    edge.connectLeg('a', phone.remote());
    await eventually(() => phone.heard.length > 3);
    const before = phone.heard.length;
    edge.play('a', { playId: 'one', audioId: 'low', repeat: 1 });
    edge.play('a', { playId: 'two', audioId: 'loud', repeat: 1 });
    await eventually(() => phone.heard.slice(before).some(({ samples }) => levelDbfs(samples) > -16));
    const sounding = phone.heard.slice(before).filter(({ samples }) => levelDbfs(samples) > -60);
    const loud = sounding.findIndex(({ samples }) => levelDbfs(samples) > -16);
    expect(loud).toBeLessThanOrEqual(2);
    for (const [i, frame] of phone.heard.slice(1).entries()) {
      expect((frame.sequenceNumber - phone.heard[i]!.sequenceNumber) & 0xffff).toBe(1);
    }
    edge.dropAudio('low');
    edge.dropAudio('loud');
  }

  it('The media edge does nothing between calls', async () => {
    await inSomeRound(async () => {
      const before = await edge.stats();
      await pause(400);
      const after = await edge.stats();
      expect(after.legs).toBe(0);
      // A clock that ticked without calls would take five times as much.
      expect(after.cpuMs - before.cpuMs).toBeLessThan(8);
    });
  });
});
