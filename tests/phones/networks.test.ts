import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServerCertificate } from '#media-edge';
import { writeRtpPacket, writeTelephoneEvent } from '#rtp';
import { eventually } from '#testkit';
import { Switchboard } from './switchboard.ts';
import {
  offerAt,
  SoundSocket,
  streamWire,
  TextPhone,
  udpWire,
  type Wire,
  webSocketWire,
} from './text-phone.ts';

/** A tenth of the usual times. */
const TIMERS = { T1: 50, T2: 400, T4: 500 };
const FRAME_MS = 20;
const FRAME = 160;
const SAMPLES_PER_MS = FRAME / FRAME_MS;
const RTP_HEADER = 12;
/** Hosts of telephones that nobody else uses, and a stranger's. */
const [HOME, STRANGE, THIRD] = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
const CERTIFICATE = createServerCertificate([HOME]);

let board: Switchboard;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  board = await Switchboard.start({}, TIMERS, {
    furtherAddresses: ['::1'],
    tls: { port: 0, ...CERTIFICATE },
  });
});
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await board?.close();
});

async function soundAt(host: string): Promise<SoundSocket> {
  const sound = await SoundSocket.at(host);
  closers.push(() => sound.close());
  return sound;
}

function phoneOn(wire: Wire, name: string): TextPhone {
  closers.push(() => wire.close());
  return new TextPhone(wire, name);
}

/** The packet with that number in a stream; `key`: a telephone event. */
function packet(sequenceNumber: number, key?: { payload: Uint8Array; timestamp: number }): Uint8Array {
  const voice = {
    payloadType: 0,
    timestamp: sequenceNumber * FRAME,
    payload: new Uint8Array(FRAME).fill(0xff),
  };
  return writeRtpPacket({
    marker: false,
    ssrc: 4711,
    sequenceNumber,
    ...(key ? { payloadType: 101, ...key } : voice),
  });
}

/**
 * Sends a packet every 20 ms, starting with that number, until stopped; the returned function gives the next
 * number.
 */
function talk(sound: SoundSocket, port: number, from: number): () => number {
  let next = from;
  const timer = setInterval(() => sound.send(packet(next++), port), FRAME_MS);
  const end = () => {
    clearInterval(timer);
    return next;
  };
  closers.push(end);
  return end;
}

function press(sound: SoundSocket, port: number, key: string, from: number, host?: string): void {
  for (let n = 0; n < 6; n++) {
    const payload = writeTelephoneEvent(key, n > 2, Math.min(n + 1, 4) * FRAME);
    sound.send(packet(from + n, { payload, timestamp: from * FRAME }), port, host);
  }
}

describe('the same call by each way in', () => {
  it.each<[string, string, () => Promise<Wire>]>([
    ['UDP', HOME, () => udpWire(board.sip, HOME)],
    ['TCP', HOME, () => streamWire(board.sip, HOME)],
    ['TLS', HOME, () => streamWire(board.sip, HOME, CERTIFICATE.cert)],
    ['a WebSocket', HOME, () => webSocketWire(board.sip)],
    ['UDP over IPv6', '::1', () => udpWire(board.sip, '::1')],
    ['TCP over IPv6', '::1', () => streamWire(board.sip, '::1')],
  ])('A call is answered, heard, held, keyed and hung up: %s', async (name, host, open) => {
    board.events.splice(0);
    board.arrived.splice(0);
    const phone = phoneOn(await open(), name.replaceAll(' ', '-'));
    const sound = await soundAt(host);
    const port = await phone.call(offerAt(host, sound.port));
    expect(await phone.until(/^SIP\/2\.0 180 /)).toContain('Contact:');
    await sound.untilHears(3);
    press(sound, port, '5', 100, host);
    await board.until(/^digit 5$/);
    phone.request('INFO', 2, 'Signal= 7\r\nDuration= 160', 'application/dtmf-relay');
    await board.until(/^info 7$/);
    phone.request('INVITE', 3, offerAt(host, sound.port, 'a=sendonly'));
    expect(await phone.until(/^SIP\/2\.0 200 [\s\S]*CSeq: 3 INVITE/)).toContain('a=recvonly');
    phone.request('ACK', 3);
    phone.request('OPTIONS', 4);
    await phone.until(/^SIP\/2\.0 200 [\s\S]*CSeq: 4 OPTIONS/);
    board.sip.hangUp(board.arrived[0]?.legId ?? '', 0);
    phone.agree(await phone.until(/^BYE /));
    await board.until(/^ended 0 us$/);
  });
});

describe('signalling and sound by two IP versions', () => {
  it.each([
    ['::1', HOME],
    [HOME, '::1'],
  ])('A call by %s with media at %s is heard both ways', async (signalling, host) => {
    board.events.splice(0);
    const phone = phoneOn(await udpWire(board.sip, signalling), `mixed-${signalling}`);
    const sound = await soundAt(host);
    const port = await phone.call(offerAt(host, sound.port));
    const answer = await phone.until(/^SIP\/2\.0 200 [\s\S]*CSeq: 1 INVITE/);
    expect(answer).toContain(`c=IN IP${host === HOME ? 4 : 6} ${host}`);
    await sound.untilHears(3);
    press(sound, port, '5', 100, host);
    await board.until(/^digit 5$/);
    phone.request('BYE', 2);
    await phone.until(/CSeq: 2 BYE/);
  });
});

describe('packets are as long as the telephone asks (a=ptime)', () => {
  it.each([10, 20, 30, 40, 60])('Packets have %d ms when the telephone asks for them', async (ptime) => {
    const phone = phoneOn(await udpWire(board.sip, HOME), `ptime-${ptime}`);
    const sound = await soundAt(HOME);
    await phone.call(offerAt(HOME, sound.port, `a=ptime:${ptime}`, `a=maxptime:${ptime}`));
    await sound.untilHears(4);
    const sizes = new Set(sound.heard.map(({ length }) => (length - RTP_HEADER) / (FRAME / FRAME_MS)));
    expect([...sizes]).toEqual([ptime]);
    const steps = () => {
      const times = sound.heard.map((bytes) => bytes.readUInt32BE(4));
      return times.slice(1).map((at, i) => ((at - times[i]!) >>> 0) / SAMPLES_PER_MS);
    };
    await eventually('two packets without a gap', () => steps().includes(ptime));
    // A busy machine skips frames of 20 ms, or half of one that was begun.
    expect(steps().filter((step) => step < ptime || (step - ptime) % (FRAME_MS / 2) !== 0)).toEqual([]);
    phone.request('BYE', 2);
    await phone.until(/CSeq: 2 BYE/);
  });
});

describe('sound that goes only to the telephone', () => {
  it("A stranger at the telephone's port hears nothing and has no keys", async () => {
    board.events.splice(0);
    const phone = phoneOn(await udpWire(board.sip, HOME), 'silent');
    const sound = await soundAt(HOME);
    const port = await phone.call(offerAt(HOME, sound.port));
    await sound.untilHears(2);
    const stranger = await soundAt(STRANGE);
    const end = talk(stranger, port, 1);
    press(stranger, port, '9', 5_000);
    await sound.untilHears(40);
    end();
    // The telephone's own packets count although the stranger's came first.
    press(sound, port, '3', 9_000);
    await board.until(/^digit 3$/);
    expect(stranger.heard).toEqual([]);
    expect(board.events).not.toContain('digit 9');
    phone.request('BYE', 2);
    await phone.until(/CSeq: 2 BYE/);
  });

  it('A third party named in c= gets nothing until it sends itself', async () => {
    const third = await soundAt(THIRD);
    const phone = phoneOn(await udpWire(board.sip, HOME), 'third');
    const port = await phone.call(offerAt(THIRD, third.port), { acknowledge: false });
    const witness = phoneOn(await udpWire(board.sip, HOME), 'witness');
    const sound = await soundAt(HOME);
    await witness.call(offerAt(HOME, sound.port));
    await sound.untilHears(20);
    expect(third.heard).toEqual([]);
    phone.request('ACK', 1);
    phone.request('OPTIONS', 2);
    await phone.until(/CSeq: 2 OPTIONS/);
    await sound.untilHears(20);
    expect(third.heard).toEqual([]);
    const end = talk(third, port, 1);
    await third.untilHears(5);
    end();
    for (const each of [phone, witness]) {
      each.request('BYE', 3);
      await each.until(/CSeq: 3 BYE/);
    }
  });

  it('The sound follows a phone whose old port has become silent', async () => {
    const phone = phoneOn(await udpWire(board.sip, HOME), 'moved');
    const [old, other, next] = [await soundAt(HOME), await soundAt(HOME), await soundAt(HOME)];
    const port = await phone.call(offerAt(HOME, old.port));
    const endOld = talk(old, port, 1_000);
    await old.untilHears(5);
    const endOther = talk(other, port, 1_200);
    await old.untilHears(30);
    endOther();
    expect(other.heard).toEqual([]);
    const at = endOld();
    const endNext = talk(next, port, at + 3);
    await next.untilHears(5);
    const before = old.heard.length;
    await next.untilHears(10);
    expect(old.heard).toHaveLength(before);
    endNext();
    phone.request('BYE', 2);
    await phone.until(/CSeq: 2 BYE/);
  });
});
