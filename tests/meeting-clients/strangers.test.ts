import { createHmac } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { writeRequest } from '#stun';
import { eventually, type HeardPacket, RuntimeFromOutside } from '#testkit';
import { decodeUlaw } from '../../testkit/telephone/ulaw.ts';
import { allHear, HZ, type Three, threeKinds } from './three-kinds.ts';

/**
 * Strangers attack the ports of a meeting in which all three kinds talk: none of the participants hears
 * anything of it.
 */

/** Packets of 20 ms that are listened to while strangers make noise. */
const NOISY_PACKETS = 100;
const SUB_PROTOCOL = '_aws_wt_session';
/** Sockets that are opened without sending anything, and how many are opened at a time. */
const SILENT = 1000;
const BATCH = 50;
const RATE = 8000;
/** A tone counts as missing below this share of its usual amplitude. */
const MISSING = 0.3;
/** Minimum amplitude of a voice, of 32767. */
const AUDIBLE = 1000;
/** Share of packets with both voices that counts as gapless: one packet in a second may be blurred. */
const GAPLESS = 0.98;
const ROUNDS = 4;

const world = threeKinds();
let three: Three;
let url: string;

beforeAll(async () => {
  three = await world.everybody('+15557774001');
  url = three.answer.Meeting.MediaPlacement.SignalingUrl ?? '';
  await allHear(three);
});
afterAll(async () => {
  if (three) await world.sendHome(three);
});

/** Amplitude of a frequency in a packet. */
function amplitude(payload: Buffer, hz: number): number {
  let [real, imaginary] = [0, 0];
  decodeUlaw(payload).forEach((sample, i) => {
    real += sample * Math.cos((2 * Math.PI * hz * i) / RATE);
    imaginary += sample * Math.sin((2 * Math.PI * hz * i) / RATE);
  });
  return (2 * Math.hypot(real, imaginary)) / payload.length;
}

/** The share of packets that contain both voices; a lost packet contains none. */
function heardShare(packets: readonly HeardPacket[]): number {
  const steps = packets.slice(1).map(({ sequence }, i) => (sequence - (packets[i]?.sequence ?? 0)) & 0xffff);
  const lost = steps.reduce((sum, step) => sum + step - 1, 0);
  const missing = new Set<number>();
  for (const hz of [HZ.page, HZ.client]) {
    const heard = packets.map(({ payload }) => amplitude(payload, hz));
    const usual = [...heard].sort((one, other) => one - other)[heard.length >> 1] ?? 0;
    expect(usual).toBeGreaterThan(AUDIBLE);
    heard.forEach((one, i) => void (one < usual * MISSING && missing.add(i)));
  }
  return Math.max(0, 1 - (missing.size + lost) / (packets.length + lost));
}

/** The share in what the telephone hears while the noise is made, and until there are enough packets. */
async function shareDuring(noise: () => Promise<void>): Promise<number> {
  const { phone } = three;
  const from = phone.line.heard.length;
  await noise();
  await phone.until('enough sound', () => phone.line.heard.length >= from + NOISY_PACKETS);
  return heardShare(phone.line.heard.slice(from));
}

/**
 * Checks that the telephone hears both voices without a gap while strangers make that noise. On a busy
 * machine a browser stutters by itself: in that case the noise is repeated, and no more may be missing than
 * in the quiet after it. An effect of the noise would be there each time.
 */
async function undisturbed(what: string, noise: () => Promise<void>): Promise<void> {
  const rounds: { noisy: number; quiet: number }[] = [];
  const good = ({ noisy, quiet }: { noisy: number; quiet: number }) => noisy >= Math.min(GAPLESS, quiet);
  while (!rounds.some(good) && rounds.length < ROUNDS) {
    const noisy = await shareDuring(noise);
    rounds.push({ noisy, quiet: noisy < GAPLESS ? await shareDuring(async () => {}) : 1 });
  }
  console.info(`${what}: share of packets with both voices ${JSON.stringify(rounds)}`);
  expect(rounds.filter(good)).not.toEqual([]);
  await allHear(three);
  expect((await three.client.state()).events.map(({ what }) => what)).not.toContain('reconnecting');
}

/** Pseudo-random bytes that are the same in every run; the first byte marks a kind of packet. */
function noise(first: number, length: number, seed: number): Buffer {
  const block = createHmac('sha512', 'noise').update(String(seed)).digest();
  const bytes = Buffer.alloc(length, block);
  bytes[0] = first;
  return bytes;
}

async function opened(token: string): Promise<WebSocket> {
  const socket = new WebSocket(url, [SUB_PROTOCOL, token]);
  socket.on('error', () => {});
  await once(socket, 'open');
  return socket;
}

/** Checks that the far end closes a socket that has sent this. */
async function thrownOut(data: Buffer | string): Promise<void> {
  const socket = await opened('stranger');
  const closed = once(socket, 'close');
  socket.send(data);
  await closed;
}

it('Nobody hears garbage, huge frames or wrong tokens on the WebSocket', async () => {
  await undisturbed('WebSocket garbage', async () => {
    for (let round = 0; round < 10; round++) {
      await Promise.all([
        thrownOut(noise(5, 40 + round, round)),
        thrownOut(noise(round, 60_000, round)),
        thrownOut(Buffer.alloc(5_000_000)),
        thrownOut('hello'),
        thrownOut(Buffer.alloc(0)),
      ]);
    }
    const client = await world.newClient();
    const { Meeting, Attendee } = three.answer;
    await client.join({ meeting: Meeting, attendee: { ...Attendee, JoinToken: 'wrong' } });
    expect(await client.untilStopped()).toBe('AudioAuthenticationRejected');
    await client.close();
  });
});

it('One more client joins beside a thousand silent sockets', async () => {
  const sockets: WebSocket[] = [];
  const runtime = new RuntimeFromOutside(world.stack);
  const before = runtime.connections();
  await undisturbed('silent sockets', async () => {
    for (const end = sockets.length + SILENT; sockets.length < end; )
      sockets.push(...(await Promise.all(Array.from({ length: BATCH }, () => opened('stranger')))));
    const late = await world.newClient();
    const answer = await world.joinAnswer('Receive');
    await late.joinAndStart({ meeting: answer.Meeting, attendee: answer.Attendee });
    await late.untilHears(HZ.phone);
    await late.leave();
    await late.close();
  });
  for (const socket of sockets) socket.terminate();
  await eventually('their sockets gone', () => runtime.connections() <= before);
});

it('Nobody hears STUN, DTLS and RTP of strangers at media ports', async () => {
  const runtime = new RuntimeFromOutside(world.stack);
  const ports = runtime.udpPorts().filter((port) => port !== world.stack.endpoints.sip.port);
  // Two of the telephone (RTP and RTCP), one of each browser, and those that are held ready.
  expect(ports.length).toBeGreaterThanOrEqual(4);
  const strangers = [createSocket('udp4'), createSocket('udp4')];
  const check = writeRequest({
    transactionId: noise(1, 12, 1),
    username: 'them:us',
    password: 'a password that is wrong',
    priority: 1,
    useCandidate: true,
  });
  const kinds = (seed: number) => [
    check,
    noise(0, 20, seed),
    noise(1, 300, seed),
    // A DTLS handshake record (RFC 6347 section 4.1), and a truncated one.
    Buffer.concat([Buffer.of(22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60), noise(1, 60, seed)]),
    noise(22, 9, seed),
    noise(128, 172, seed),
    noise(200, 1400, seed),
    Buffer.alloc(0),
  ];
  const send = (socket: Socket, bytes: Buffer, port: number) =>
    new Promise<void>((resolve) => socket.send(bytes, port, '127.0.0.1', () => resolve()));
  await undisturbed('media garbage', async () => {
    for (let round = 0; round < 100; round++) {
      for (const port of ports)
        for (const socket of strangers) for (const bytes of kinds(round)) await send(socket, bytes, port);
      // Node sends at once and calls back in the same turn: the telephone's packets are read in the next one.
      await nextTurn();
    }
  });
  for (const socket of strangers) socket.close();
});
