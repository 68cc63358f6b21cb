import { describe, expect, it } from 'vitest';
import { encodeG711, findClicks, PCMU, tone } from '#audio';
import { readRtcp, writeRtpPacket, writeTelephoneEvent } from '#rtp';
import type { AttendeeLevel, LegKind } from './media-edge.ts';
import { StagedHost } from './testing/staged-host.ts';
import { Singer } from './testing/voices.ts';

const PHONE: LegKind = { transport: 'rtp', band: 'narrow' };
const PAGE_PHONE: LegKind = { transport: 'webrtc', band: 'narrow' };
const CLIENT: LegKind = { transport: 'webrtc', band: 'full' };
const OPUS = { codec: 'opus', payloadType: 111, dtmfPayloadType: 110 } as const;
const RATE = 8_000;

const join = (staged: StagedHost, legId: string, muted = false) =>
  staged.host.joinMeeting(legId, { meetingId: 'm', attendeeId: legId.toUpperCase(), muted });

describe('slots that the thread may sleep through', () => {
  const passed = ({ host }: StagedHost) => [0, 1, 2, 3].filter((slot) => host.mayPass(slot));
  /** Levels are measured in slot 0 of some cycles, which is not slept through either. */
  const inNoMeasuredCycle = (staged: StagedHost) => staged.run(10);

  it('A telephone wakes the thread in one slot of four', async () => {
    const staged = new StagedHost();
    inNoMeasuredCycle(staged);
    await staged.leg('phone', PHONE);
    join(staged, 'phone');
    expect(passed(staged)).toEqual([1, 2, 3]);
    staged.host.closeLeg('phone');
    expect(passed(staged)).toEqual([0, 1, 2, 3]);
  });

  it('A few telephones wake the thread in one slot, many in all', async () => {
    const staged = new StagedHost();
    inNoMeasuredCycle(staged);
    const wakes: number[] = [];
    for (let n = 0; n < 33; n++) {
      await staged.leg(`phone-${n}`, PHONE);
      join(staged, `phone-${n}`);
      wakes.push(4 - passed(staged).length);
    }
    expect([wakes[0], wakes[7], wakes[8], wakes[31], wakes[32]]).toEqual([1, 1, 2, 4, 4]);
  });

  it('Packets of 10 ms wake the thread in every second slot', async () => {
    const staged = new StagedHost();
    inNoMeasuredCycle(staged);
    await staged.leg('phone', PHONE, { packetMs: 10 });
    expect(passed(staged)).toEqual([1, 3]);
  });

  it('A browser wakes the thread in every slot', async () => {
    const staged = new StagedHost();
    inNoMeasuredCycle(staged);
    await staged.leg('browser', PAGE_PHONE);
    expect(passed(staged)).toEqual([]);
    staged.host.closeLeg('browser');
    expect(passed(staged)).toEqual([0, 1, 2, 3]);
  });
});

describe('slots in which packets leave', () => {
  /**
   * The slots in which packets leave, with this many telephones and then this many browsers, half of them
   * phone pages.
   */
  async function slotsOf(telephones: number, browsers: number): Promise<number[]> {
    const staged = new StagedHost();
    const slots = new Set<number>();
    const add = async (legId: string, kind: LegKind) => {
      const farEnd = await staged.leg(legId, kind);
      farEnd.sendRtp = () => slots.add(staged.host.clock.slot);
      join(staged, legId);
    };
    for (let n = 0; n < telephones; n++) await add(`phone-${n}`, PHONE);
    for (let n = 0; n < browsers; n++) await add(`browser-${n}`, n % 2 === 0 ? PAGE_PHONE : CLIENT);
    staged.run(100);
    return [...slots].sort();
  }

  it('A few browsers hear their meeting in the slot that mixes it', async () => {
    // Packets of 10 ms also leave half a cycle later.
    expect(await slotsOf(0, 4)).toEqual([0, 2]);
    expect(await slotsOf(4, 4)).toEqual([0, 2]);
  });

  it('More than four browsers are spread over slots', async () => {
    expect(await slotsOf(0, 5)).toEqual([0, 1, 2, 3]);
    expect(await slotsOf(8, 4)).toEqual([0, 1, 3]);
  });
});

describe('a telephone that negotiated one of the two G.711 codecs', () => {
  it.each([
    ['PCMU', 'PCMA'],
    ['PCMA', 'PCMU'],
  ] as const)('A telephone that negotiated %s and sends %s is heard', async (codec, sent) => {
    const staged = new StagedHost();
    const phone = await staged.leg('phone', PHONE, { codec, payloadType: codec === 'PCMU' ? 0 : 8 });
    const other = await staged.leg('other', PHONE);
    for (const callId of ['phone', 'other']) join(staged, callId);
    phone.singer = new Singer(700, sent, sent === 'PCMU' ? 0 : 8);
    staged.run(600);
    expect(other.listener.tones([300, 700], 0.3)).toEqual([700]);
    expect(findClicks(other.listener.lately(0.3), 12)).toEqual([]);
    expect(staged.refused).toBe(0);
  });
});

describe('a telephone whose stream restarts under the same SSRC (rtpengine#1483)', () => {
  it('A stream that restarts under the same SSRC after hold is heard', async () => {
    const staged = new StagedHost();
    const phone = await staged.leg('phone', PHONE);
    const other = await staged.leg('other', PHONE);
    for (const legId of ['phone', 'other']) join(staged, legId);
    const from = (first: number, start: number, hz: number) => {
      for (let n = 0; n < 40; n++) {
        const payload = new Uint8Array(160);
        encodeG711(PCMU, tone(hz, 160, RATE, 5_000, n * 160), 0, 160, payload);
        const place = { sequenceNumber: first + n, timestamp: (start + n * 160) >>> 0 };
        phone.send(writeRtpPacket({ marker: n === 0, payloadType: 0, ssrc: 77, payload, ...place }));
        staged.run(20);
      }
    };
    from(40_000, 4_000_000_000, 300);
    expect(other.listener.tones([300, 700], 0.3)).toEqual([300]);
    staged.run(1_000);
    from(1, 160, 700);
    expect(other.listener.tones([300, 700], 0.3)).toEqual([700]);
  });
});

describe('a telephone whose packets are lost on purpose', () => {
  it('Lost packets are not heard and are no sign of life', async () => {
    const staged = new StagedHost();
    const phone = await staged.leg('phone', PHONE);
    const other = await staged.leg('other', PHONE);
    for (const legId of ['phone', 'other']) join(staged, legId);
    phone.sing(300);
    other.sing(700);
    staged.host.losePackets('phone', { received: 100, sent: 0 });
    staged.run(6_000);
    expect(other.listener.tones([300])).toEqual([]);
    expect(phone.listener.tones([700], 0.3)).toEqual([700]);
    phone.receiver.onSignOfLife();
    staged.run(100);
    expect(staged.log).toContain('phone lost');
    const reports = phone.reports.length;
    staged.host.losePackets('phone', { received: 0, sent: 100 });
    staged.run(10_000);
    expect(phone.reports).toHaveLength(reports);
    expect(other.listener.tones([300], 0.3)).toEqual([300]);
  });
});

describe('a narrow leg with Opus', () => {
  it('A narrow Opus leg hears prompts and the meeting without a click', async () => {
    const staged = new StagedHost();
    const page = await staged.leg('page', PAGE_PHONE, OPUS);
    const phone = await staged.leg('phone', PHONE);
    staged.host.loadAudio('prompt', tone(900, RATE, RATE));
    staged.run(100);
    staged.host.play('page', { playId: 'p', audioId: 'prompt', repeat: 1 });
    staged.run(500);
    expect(page.listener.tones([300, 900], 0.3)).toEqual([900]);
    phone.sing(300);
    join(staged, 'phone');
    join(staged, 'page');
    staged.run(800);
    expect(staged.log).toContain('page heard p');
    expect(page.listener.tones([300, 900])).toEqual([300]);
    staged.host.play('page', { playId: 'q', audioId: 'prompt', repeat: 1 });
    staged.run(300);
    expect(page.listener.tones([300, 900])).toEqual([900]);
    staged.host.stop('page', 'q');
    staged.run(300);
    expect(page.listener.tones([300, 900])).toEqual([300]);
    expect(findClicks(page.listener.lately(2), 12)).toEqual([]);
  });

  it('A narrow Opus leg counts at 48 kHz, and is heard', async () => {
    const staged = new StagedHost();
    const page = await staged.leg('page', PAGE_PHONE, OPUS);
    const phone = await staged.leg('phone', PHONE);
    for (const legId of ['page', 'phone']) join(staged, legId);
    page.sing(700);
    staged.run(600);
    expect(phone.listener.tones([300, 700], 0.3)).toEqual([700]);
    expect(findClicks(phone.listener.lately(0.4), 12)).toEqual([]);
    const { packets } = page.listener;
    packets.slice(1).forEach((packet, i) => {
      expect((packet.timestamp - packets[i]!.timestamp) >>> 0).toBe(480);
      expect(packet).toMatchObject({ payloadType: 111, marker: false });
    });
  });

  it("Legs that hear the same share the meeting's packets", async () => {
    const staged = new StagedHost();
    const phone = await staged.leg('phone', PHONE);
    const [a, b] = [await staged.leg('a', PAGE_PHONE, OPUS), await staged.leg('b', PAGE_PHONE, OPUS)];
    for (const legId of ['phone', 'a', 'b']) join(staged, legId);
    phone.sing(440);
    staged.run(500);
    expect(a.listener.packets.at(-3)?.payload).toEqual(b.listener.packets.at(-3)?.payload);
    expect(a.listener.tones([440], 0.3)).toEqual([440]);
  });

  it('Keys are detected at either clock rate, each once', async () => {
    const staged = new StagedHost();
    await staged.leg('opus', PAGE_PHONE, OPUS);
    await staged.leg('pcmu', PAGE_PHONE, { dtmfPayloadType: 126 });
    for (const [legId, payloadType, step] of [
      ['opus', 110, 960],
      ['pcmu', 126, 160],
    ] as const) {
      const farEnd = staged.farEnds.get(legId)!;
      const singer = new Singer(440, legId === 'opus' ? 'opus' : 'PCMU', 0);
      for (const key of '15#5') {
        const start = singer.clock;
        for (let n = 1; n <= 8; n++) {
          const event = writeTelephoneEvent(key, n > 5, step * Math.min(n, 6));
          farEnd.send(singer.packet(payloadType, event, start, n === 1));
          staged.run(20);
        }
      }
    }
    const pressed = (legId: string) => [...'15#5'].map((key) => `${legId} pressed ${key}`);
    expect(staged.log.filter((line) => line.includes('pressed'))).toEqual([
      ...pressed('opus'),
      ...pressed('pcmu'),
    ]);
  });
});

describe('a leg of the full band', () => {
  it('Two full-band legs and a phone hear each other, not themselves', async () => {
    const staged = new StagedHost();
    const phone = await staged.leg('phone', PHONE, { codec: 'PCMA', payloadType: 8 });
    const [one, two] = [await staged.leg('one', CLIENT), await staged.leg('two', CLIENT)];
    for (const legId of ['phone', 'one', 'two']) join(staged, legId);
    phone.sing(500);
    one.sing(800);
    two.sing(1100);
    staged.run(900);
    const all = [500, 800, 1100];
    expect(phone.listener.tones(all, 0.4)).toEqual([800, 1100]);
    expect(one.listener.tones(all, 0.4)).toEqual([500, 1100]);
    expect(two.listener.tones(all, 0.4)).toEqual([500, 800]);
    one.sing(9_000);
    staged.run(600);
    expect(two.listener.level(9_000)).toBeGreaterThan(-30);
    expect(phone.listener.tones([500, 1100])).toEqual([1100]);
  });

  it('A full-band leg sends silent packets until it hears a meeting', async () => {
    const staged = new StagedHost();
    const client = await staged.leg('client', CLIENT, {}, true);
    staged.run(200);
    expect(client.listener.packets).toEqual([]);
    client.up();
    expect(staged.log).toEqual(['client up']);
    staged.run(1_000);
    expect(client.listener.packets.length).toBeGreaterThanOrEqual(98);
    expect(client.listener.packets.every(({ payload }) => payload.length < 12)).toBe(true);
    expect(client.listener.packets[0]?.marker).toBe(true);
    const phone = await staged.leg('phone', PHONE);
    phone.sing(500);
    join(staged, 'phone');
    join(staged, 'client');
    staged.run(500);
    expect(client.listener.tones([500])).toEqual([500]);
    expect(findClicks(client.listener.lately(0.6), 12)).toEqual([]);
    staged.host.leaveMeeting('client');
    staged.run(200);
    expect(client.listener.packets.at(-1)?.payload.length).toBeLessThan(12);
    const { packets } = client.listener;
    packets.slice(1).forEach((packet, i) => {
      expect((packet.sequenceNumber - packets[i]!.sequenceNumber) & 0xffff).toBe(1);
      expect((packet.timestamp - packets[i]!.timestamp) >>> 0).toBe(480);
    });
  });

  it('Muted legs are not heard, deaf ones hear nothing, speakers are reported', async () => {
    const reports: AttendeeLevel[][] = [];
    const staged = new StagedHost({ onLevels: (_, levels) => reports.push(levels) });
    const [one, two] = [await staged.leg('one', CLIENT), await staged.leg('two', CLIENT)];
    const phone = await staged.leg('phone', PHONE);
    for (const legId of ['one', 'two', 'phone']) join(staged, legId);
    one.sing(440);
    phone.sing(600);
    staged.run(400);
    expect(reports).toEqual([]);
    staged.host.watchLevels('m', true);
    staged.run(1_000);
    expect(reports.length).toBeGreaterThanOrEqual(4);
    expect(reports.at(-1)?.map(({ attendeeId }) => attendeeId)).toEqual(['ONE', 'PHONE']);
    // A tone of amplitude 5000, relative to one of full scale.
    for (const { volume } of reports.at(-1)!) expect(Math.abs(volume - 16)).toBeLessThanOrEqual(1);

    staged.host.setMuted('m', ['ONE'], true);
    staged.run(400);
    expect(two.listener.tones([440, 600])).toEqual([600]);
    const { refused } = staged;
    one.send(new Singer(1, 'opus', 111).packet(111, Uint8Array.of(3), 7));
    expect(staged.refused).toBe(refused);
    expect(reports.at(-1)?.map(({ attendeeId }) => attendeeId)).toEqual(['PHONE']);
    staged.host.setMuted('m', ['ONE'], false);
    staged.host.setDeaf('m', ['TWO', 'nobody'], true);
    staged.run(400);
    expect(two.listener.tones([440, 600])).toEqual([]);
    expect(phone.listener.tones([440, 600])).toEqual([440]);
    staged.host.setDeaf('m', ['TWO'], false);
    staged.run(400);
    expect(two.listener.tones([440, 600])).toEqual([440, 600]);
    staged.host.watchLevels('m', false);
    const count = reports.length;
    staged.run(500);
    expect(reports.length).toBe(count);
    for (const { listener } of [two, phone]) expect(findClicks(listener.lately(1.6), 12)).toEqual([]);
  });

  it('A leg that takes over an attendee keeps its mute and deafness', async () => {
    const staged = new StagedHost();
    const phone = await staged.leg('phone', PHONE);
    await staged.leg('old', PHONE);
    join(staged, 'phone');
    staged.host.joinMeeting('old', { meetingId: 'm', attendeeId: 'X', muted: false });
    staged.host.setMuted('m', ['X'], true);
    staged.host.setDeaf('m', ['X'], true);
    const client = await staged.leg('client', CLIENT);
    staged.host.joinMeeting('client', { meetingId: 'm', attendeeId: 'X', muted: false });
    client.sing(700);
    phone.sing(500);
    staged.run(500);
    expect(phone.listener.tones([700])).toEqual([]);
    expect(client.listener.tones([500])).toEqual([]);
    staged.host.leaveMeeting('old');
    staged.host.setMuted('m', ['X'], false);
    staged.host.setDeaf('m', ['X'], false);
    staged.run(500);
    expect(phone.listener.tones([700])).toEqual([700]);
    expect(client.listener.tones([500])).toEqual([500]);
  });

  it('A full-band leg is held and renegotiated like any other', async () => {
    const staged = new StagedHost();
    const client = await staged.leg('client', CLIENT);
    staged.host.loadAudio('prompt', tone(900, RATE, RATE));
    staged.host.play('client', { playId: 'p', audioId: 'prompt', repeat: 1 });
    staged.run(200);
    expect(client.listener.tones([900])).toEqual([]);
    staged.connect('client', CLIENT, { direction: 'inactive' });
    const held = client.listener.packets.length;
    staged.run(200);
    expect(client.listener.packets.length).toBe(held);
    staged.connect('client', CLIENT, { payloadType: 109 });
    staged.run(200);
    expect(client.listener.packets[held]).toMatchObject({ marker: true, payloadType: 109 });
    expect(client.listener.packets.length - held).toBeGreaterThanOrEqual(9);
  });
});

describe('a leg over WebRTC', () => {
  it('Nothing is played before the transport is up, so nothing is lost', async () => {
    const staged = new StagedHost();
    const page = await staged.leg('page', PAGE_PHONE, {}, true);
    staged.host.loadAudio('prompt', tone(900, RATE / 2, RATE));
    staged.host.play('page', { playId: 'p', audioId: 'prompt', repeat: 1 });
    staged.run(1_000);
    expect([page.listener.packets, staged.log]).toEqual([[], []]);
    page.up();
    staged.run(490);
    expect(page.listener.tones([900], 0.4)).toEqual([900]);
    staged.run(60);
    expect(staged.log).toEqual(['page up', 'page heard p']);
    expect(page.listener.packets[0]).toMatchObject({ payloadType: 0, marker: true });
  });

  it('A leg reports that nothing arrives, and why its transport failed', async () => {
    const staged = new StagedHost();
    const page = await staged.leg('page', PAGE_PHONE);
    staged.run(4_900);
    page.receiver.onSignOfLife();
    staged.run(4_900);
    expect(staged.log).toEqual(['page up']);
    staged.run(300);
    page.receiver.onDown('the certificate is another');
    expect(staged.log).toEqual(['page up', 'page lost', 'page down: the certificate is another']);
    staged.host.closeLeg('page');
    expect(page.closed).toBe(true);
  });

  it('The codec can change within a call, and the sound continues', async () => {
    const staged = new StagedHost();
    const page = await staged.leg('page', PAGE_PHONE);
    const phone = await staged.leg('phone', PHONE);
    for (const legId of ['page', 'phone']) join(staged, legId);
    phone.sing(500);
    page.sing(700);
    staged.run(500);
    const narrow = page.listener;
    expect(narrow.tones([500])).toEqual([500]);
    staged.connect('page', PAGE_PHONE, OPUS);
    page.sing(700);
    staged.run(500);
    expect(page.listener.tones([500])).toEqual([500]);
    expect(page.listener.packets[0]?.marker).toBe(true);
    expect(page.listener.packets[0]?.ssrc).toBe(narrow.packets[0]?.ssrc);
    expect(phone.listener.tones([700])).toEqual([700]);
    staged.connect('page', PAGE_PHONE, { codec: 'PCMA', payloadType: 8 });
    page.sing(700);
    staged.run(500);
    expect(page.listener.tones([500])).toEqual([500]);
    expect(phone.listener.tones([700])).toEqual([700]);
  });

  it('A WebRTC leg sends RTCP reports and ignores feedback of no use', async () => {
    const staged = new StagedHost();
    const client = await staged.leg('client', CLIENT);
    const feedback = (type: number, format: number, body: number[]) =>
      Buffer.from([0x80 | format, type, 0, (8 + body.length) / 4, 0, 0, 0, 1, 0, 0, 0, 2, ...body]);
    // NACK, TWCC, PLI, REMB: RFC 4585 and the drafts that browsers follow.
    client.receiver.onRtcp(feedback(205, 1, [0, 7, 0, 0]));
    client.receiver.onRtcp(feedback(205, 15, [0, 1, 0, 1, 0, 0, 0, 1]));
    client.receiver.onRtcp(feedback(206, 1, []));
    client.receiver.onRtcp(feedback(206, 15, [0x52, 0x45, 0x4d, 0x42, 1, 2, 3, 4, 0, 0, 0, 1]));
    expect(staged.refused).toBe(0);
    client.sing(440);
    staged.run(9_000);
    const reading = readRtcp(client.reports.at(-1)!);
    expect('packets' in reading && reading.packets[0]).toMatchObject({
      kind: 'sender-report',
      blocks: [{ fractionLost: 0, cumulativeLost: 0 }],
    });
    staged.host.closeLeg('client');
    const last = readRtcp(client.reports.at(-1)!);
    expect('packets' in last && last.packets.at(-1)?.kind).toBe('goodbye');
  });

  it('A WebRTC leg takes any bytes without harm or needless decoding', async () => {
    const staged = new StagedHost();
    const client = await staged.leg('client', CLIENT);
    const phone = await staged.leg('phone', PHONE);
    for (const legId of ['client', 'phone']) join(staged, legId);
    let seed = 5;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let n = 0; n < 2_000; n++) {
      const bytes = Buffer.from(Uint8Array.from({ length: 2 + random(90) }, () => random(256)));
      if (n % 2) bytes.set([0x80, 111], 0);
      if (n % 3) client.receiver.onRtp(bytes);
      else client.receiver.onRtcp(bytes);
      if (n % 8 === 0) staged.run(20);
    }
    const singer = new Singer(440, 'opus', 111);
    const { refused } = staged;
    for (let n = 0; n < 500; n++) client.send(singer.next());
    expect(staged.refused - refused).toBeGreaterThan(450);
    client.sing(440);
    staged.run(200);
    const { concealedMs } = staged.host.losses;
    staged.run(1_000);
    expect(phone.listener.tones([440])).toEqual([440]);
    expect(staged.host.losses.concealedMs).toBe(concealedMs);
    for (let n = 0; n < 5; n++) {
      client.singer?.next();
      staged.run(200);
    }
    expect(staged.host.losses.concealedMs - concealedMs).toBeGreaterThanOrEqual(100);
    expect(phone.listener.tones([440])).toEqual([440]);
    staged.host.closeLeg('client');
    expect(staged.host.losses.concealedMs).toBeGreaterThanOrEqual(100);
  });
});
