import { afterEach, describe, expect, it } from 'vitest';
import { tone, toneLevelDbfs } from '#audio';
import { writeTelephoneEvent } from '#rtp';
import { eventually, reservePorts } from '#testkit';
import type { MediaEdge } from './media-edge.ts';
import { prepareUdpLibrary } from './sockets/udp-library.ts';
import { startMediaEdge } from './start-media-edge.ts';
import { lastPacketKind } from './testing/last-packet-kind.ts';
import { RtpPhone, SILENT_EVENTS } from './testing/rtp-phone.ts';

const RATE = 8_000;
const HZ = [440, 700];
const portRange = { first: 46_000, last: 46_399 };

let edge: MediaEdge | undefined;
let phones: RtpPhone[] = [];
afterEach(async () => {
  await edge?.close();
  for (const phone of phones) phone.close();
  phones = [];
});

describe.each(['batched', 'node'] as const)('a media thread whose sockets are %s', (sockets) => {
  it('Either kind of socket carries sound, keys and goodbyes', async () => {
    const digits: string[] = [];
    edge = await startMediaEdge({ address: '127.0.0.1', portRange, sockets });
    edge.observe({ ...SILENT_EVENTS, onDigit: (legId, digit) => digits.push(legId + digit) });
    const possible = (await prepareUdpLibrary()) !== undefined;
    expect((await edge.stats()).batchedSockets).toBe(sockets === 'batched' && possible);
    for (const [i, hz] of HZ.entries()) {
      const phone = await RtpPhone.open();
      phones.push(phone);
      const media = await edge.openLeg(`${i}`);
      edge.connectLeg(`${i}`, phone.remote());
      edge.joinMeeting(`${i}`, { meetingId: 'm', attendeeId: `${i}`, muted: false });
      phone.sing(hz, media);
      phone.send(phone.packet(101, writeTelephoneEvent('5', true, 800), 0, true), media.rtpPort);
    }
    const hears = () =>
      phones.map((phone) => HZ.filter((hz) => toneLevelDbfs(phone.lately(0.2), hz, RATE) > -45));
    await eventually('each hears the other', () => `${hears()}` === '700,440');
    await eventually('a key of each', () => digits.length === 2);
    expect(digits.sort()).toEqual(['05', '15']);
    edge.loadAudio('prompt', tone(1_900, RATE, RATE));
    edge.play('0', { playId: 'p', audioId: 'prompt', repeat: 1 });
    await eventually('the prompt', () => toneLevelDbfs(phones[0]!.lately(0.2), 1_900, RATE) > -20);
    edge.closeLeg('0');
    edge.closeLeg('1');
    const saysGoodbye = ({ reports }: RtpPhone) => lastPacketKind(reports) === 'goodbye';
    await eventually('goodbyes', () => phones.every(saysGoodbye));
  });

  it('Closing gives every port back', async () => {
    const first = await reservePorts(2);
    const narrow = { first, last: first + 1 };
    for (let n = 0; n < 2; n++) {
      edge = await startMediaEdge({ address: '127.0.0.1', portRange: narrow, sockets });
      expect((await edge.openLeg('a')).rtpPort).toBe(narrow.first);
      await edge.close();
    }
  });
});
