import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { MESSAGE_LIMITS } from '#sip';
import { SIP_EDGE_LIMITS } from '#sip-edge';
import {
  eventually,
  type HeardPacket,
  hears,
  inSomeRound,
  join,
  RuntimeFromOutside,
  type Telephone,
  waitForTone,
} from '#testkit';
import { type PagePhone, VOICES } from '../../testkit/page-phone/page-phone.ts';
import { decodeUlaw } from '../../testkit/telephone/ulaw.ts';
import { joinByPage, pageWorld } from './page-world.ts';

/** Strangers attack the ports of the phone in the page: its call goes on. */

const OTHER = '+15557770052';
/** Milliseconds of noise, and between two bursts of it. */
const NOISE_MS = 1000;
const VOLLEY_MS = 20;
const VOLLEY = 10;
/** Share of the sound that must arrive even on a busy machine. */
const MOST = 0.8;
/** Minimum number of packets, of 20 ms, that are listened to. */
const LISTENED_PACKETS = 25;
/** Connections that send nothing. */
const HALF_OPEN = 1000;
/** Connections that are opened concurrently. */
const AT_ONCE = 50;
/** Close codes of RFC 6455 section 7.4.1. */
const TOO_BIG = 1009;
const POLICY_VIOLATION = 1008;

const world = pageWorld();
let phone: PagePhone;
let other: Telephone;
let sipUrl: string;
let port: number;

beforeAll(async () => {
  [phone, other] = await Promise.all([joinByPage(world), join(world.stack, OTHER)]);
  other.line.sayTone(VOICES.telephone);
  await phone.untilHears(VOICES.telephone);
  await waitForTone(other, VOICES.microphone);
  port = Number(new URL(world.stack.endpoints.phone).port);
  sipUrl = `ws://127.0.0.1:${port}/sip`;
});
afterAll(async () => {
  await other?.hangUp();
});

/** Ends a disturbance. */
type CleanUp = () => void;
const nothing: CleanUp = () => {};

/** Runs the disturbance; fails if a side of the call hears less, or anything else, because of it. */
async function undisturbed(disturb: () => Promise<CleanUp>): Promise<void> {
  const runtime = new RuntimeFromOutside(world.stack);
  const connections = runtime.connections();
  await inSomeRound(async () => {
    let cleanUp: CleanUp = nothing;
    try {
      await oneRound(async () => {
        cleanUp = await disturb();
      });
    } finally {
      cleanUp();
      await eventually('its connections are gone', () => runtime.connections() <= connections);
    }
  });
}

/** The shares of the other's voice in what page and telephone hear meanwhile, and the telephone's packets. */
async function heardDuring(disturb: () => Promise<void>) {
  await phone.listenFromNow();
  const start = other.line.heard.length;
  await disturb();
  await other.until('some sound', () => other.line.heard.length > start + LISTENED_PACKETS);
  const byPage = await phone.share(VOICES.telephone);
  const packets = other.line.heard.slice(start);
  return { byPage, byTelephone: shareWithTone(packets, VOICES.microphone), packets };
}

async function oneRound(disturb: () => Promise<void>): Promise<void> {
  const before = await phone.received();
  const { byPage, byTelephone, packets } = await heardDuring(disturb);
  if (Math.min(byPage, byTelephone) <= MOST) {
    // Browser and telephone share the machine: when it is busy their sound stutters even without noise.
    const quiet = await heardDuring(async () => {});
    expect(byPage).toBeGreaterThanOrEqual(Math.min(MOST, quiet.byPage));
    expect(byTelephone).toBeGreaterThanOrEqual(Math.min(MOST, quiet.byTelephone));
  }
  const now = await phone.received();
  expect(now.lost).toBe(before.lost);
  expect(now.packets).toBeGreaterThan(before.packets);
  const jumps = packets.filter(({ sequence }, i) => {
    const last = packets[i - 1];
    return last !== undefined && ((sequence - last.sequence) & 0xffff) !== 1;
  });
  expect(jumps).toEqual([]);
  expect(other.ended).toBe(false);
  await phone.sees('Connected');
  await phone.listenFromNow();
  await phone.untilHears(VOICES.telephone);
  await waitForTone(other, VOICES.microphone);
}

/** The share (0 to 1) of packets that contain the tone, each examined together with its neighbours. */
function shareWithTone(packets: readonly HeardPacket[], hz: number): number {
  const windows = packets.map((_, i) => packets.slice(Math.max(0, i - 1), i + 2));
  const heard = windows.filter((some) => {
    const samples = some.flatMap(({ payload }) => [...decodeUlaw(payload)]);
    const line = { lastHeard: () => Int16Array.from(samples) };
    return hears({ line, until: () => Promise.resolve() }, hz);
  });
  return heard.length / packets.length;
}

/** Calls `make` every few milliseconds, for a while. */
async function volleys(make: () => void): Promise<void> {
  const until = performance.now() + NOISE_MS;
  while (performance.now() < until) {
    make();
    await new Promise((resolve) => setTimeout(resolve, VOLLEY_MS));
  }
}

/** Pseudo-random bytes that are the same in every run, each beginning with `first`. */
function* noise(seed: string, first: readonly number[] = []): Generator<Buffer, never> {
  for (let round = 0; ; round++) {
    const block = createHmac('sha512', seed).update(String(round)).digest();
    const junk = round % 3 === 0 ? Buffer.concat(Array(20).fill(block)) : block.subarray(0, 4 + (round % 60));
    yield Buffer.concat([Buffer.from(first), junk]);
  }
}

/** A WebSocket whose errors are ignored. */
function stranger(options: { origin?: string; protocol?: string; localAddress?: string } = {}): WebSocket {
  const { protocol = 'sip', ...more } = options;
  return new WebSocket(sipUrl, protocol, more).on('error', () => {});
}

/** The close code that the other end sent. */
async function closed(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

/** How a handshake was refused: the HTTP status and the text. */
async function refusal(socket: WebSocket): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    socket.once('unexpected-response', (_, answer) => resolve(answer));
    socket.once('open', () => reject(new Error('It was let in.')));
  });
  const body = await response.toArray();
  return `${response.statusCode} ${Buffer.concat(body).toString().trim()}`;
}

/** Sends bytes that are no frames after a valid handshake. */
function unframed(bytes: Buffer): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  const lines = [
    'GET /sip HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Protocol: sip',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  socket.write(bytes);
  return socket.resume();
}

const BROKEN_SIP = [
  'INVITE',
  'INVITE sip: SIP/2.0\r\n\r\n',
  `INVITE sip:+1@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=x\r\nContent-Length: 99999999\r\n\r\n`,
  'SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n',
  'REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\nFrom: <sip:+1@x>;tag=1\r\nTo: <sip:*>\r\nCall-ID: r\r\nCSeq: 1 REGISTER\r\nContact: *\r\nExpires: 4294967296\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n',
  `OPTIONS sip:x@127.0.0.1 SIP/2.0\r\n${'X-Long: y\r\n'.repeat(2000)}\r\n`,
];

it('The call survives malformed SIP, binary junk and unframed bytes', async () => {
  const random = noise('frames');
  let next = 0;
  await undisturbed(async () => {
    const sockets: WebSocket[] = [];
    const raw: Socket[] = [];
    await volleys(() => {
      const socket = stranger();
      sockets.push(socket);
      raw.push(unframed(random.next().value));
      socket.once('open', () => {
        for (let i = 0; i < VOLLEY; i++) {
          socket.send(BROKEN_SIP[next++ % BROKEN_SIP.length] as string);
          socket.send(random.next().value);
        }
      });
    });
    return () => {
      for (const socket of sockets) socket.terminate();
      for (const socket of raw) socket.destroy();
    };
  });
});

it('A connection with too long or too many frames is ended', async () => {
  await undisturbed(async () => {
    const [huge, many] = [stranger(), stranger()];
    await Promise.all([once(huge, 'open'), once(many, 'open')]);
    huge.send(Buffer.alloc(MESSAGE_LIMITS.messageBytes + 1, 65));
    expect(await closed(huge)).toBe(TOO_BIG);
    const code = closed(many);
    for (let i = 0; i <= 2 * SIP_EDGE_LIMITS.webSocketMessageBurst; i++) many.send(BROKEN_SIP[1] as string);
    expect(await code).toBe(POLICY_VIOLATION);
    return nothing;
  });
});

it('A page of another origin, or without the SIP subprotocol, is refused', async () => {
  expect(await refusal(stranger({ origin: 'http://elsewhere.example' }))).toMatch(/^403 Pages of other/);
  expect(await refusal(stranger({ origin: 'null' }))).toMatch(/^403/);
  expect(await refusal(stranger({ protocol: 'chat' }))).toMatch(/^400 .*"sip"/);
  const page = await world.browser.context.newPage();
  const event = await page.evaluate(`new Promise((resolve) => {
    const socket = new WebSocket('${sipUrl}', 'sip');
    socket.onopen = () => resolve('open');
    socket.onerror = () => resolve('refused');
  })`);
  expect(event).toBe('refused');
});

it(`${SIP_EDGE_LIMITS.webSockets} silent WebSockets are the most; others connect when these close`, async () => {
  const { webSockets, sourceShare } = SIP_EDGE_LIMITS;
  await undisturbed(async () => {
    const sockets: WebSocket[] = [];
    const fillUp = async (total: number, localAddress: string): Promise<void> => {
      while (sockets.length < total) {
        const length = Math.min(AT_ONCE, total - sockets.length);
        const some = Array.from({ length }, () => stranger({ localAddress }));
        sockets.push(...some);
        await Promise.all(some.map((socket) => once(socket, 'open')));
      }
    };
    // The page has one of them.
    await fillUp(webSockets * sourceShare - 1, '127.0.0.1');
    expect(await refusal(stranger())).toBe('503 this address has too many WebSockets already');
    await fillUp(webSockets - 1, '127.0.0.2');
    const third = stranger({ localAddress: '127.0.0.3' });
    expect(await refusal(third)).toBe(`503 there are ${webSockets} WebSockets already`);
    return () => {
      for (const socket of sockets) socket.terminate();
    };
  });
  const late = await world.open();
  expect(await late.ownNumber()).not.toBe(await phone.ownNumber());
});

/** Open connections that send nothing. */
async function halfOpen(): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < HALF_OPEN) {
    const some = Array.from({ length: AT_ONCE }, () => connect(port, '127.0.0.1').on('error', () => {}));
    sockets.push(...some);
    await Promise.all(some.map((socket) => once(socket, 'connect')));
  }
  return sockets;
}

it(`${HALF_OPEN} connections that never ask for anything`, async () => {
  await undisturbed(async () => {
    const sockets = await halfOpen();
    return () => {
      for (const socket of sockets) socket.destroy();
    };
  });
  const sockets = await halfOpen();
  await world.open();
  for (const socket of sockets) socket.destroy();
});

it('Junk like STUN, DTLS and SRTP at its port harms nothing', async () => {
  const to = await phone.mediaPort();
  expect(to).toBeGreaterThan(0);
  const kinds = [
    // A binding request with the magic cookie (RFC 8489 section 5), whose length field is wrong.
    [0x00, 0x01, 0x00, 0x08, 0x21, 0x12, 0xa4, 0x42],
    // The first record of a handshake: a ClientHello (RFC 6347 section 4.1), and an alert.
    [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0x00, 0x30, 1],
    [21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 1, 0x00, 0x02, 2, 40],
    // RTP with PCMU, and RTCP BYE.
    [0x80, 0x00],
    [0x81, 203, 0x00, 0x01],
    [],
  ].map((first, index) => noise(`media ${index}`, first));
  const socket = createSocket('udp4').on('error', () => {});
  await undisturbed(async () => {
    await volleys(() => {
      for (let i = 0; i < VOLLEY; i++) {
        for (const kind of kinds) socket.send(kind.next().value, to, '127.0.0.1');
      }
    });
    return nothing;
  });
  socket.close();
});
