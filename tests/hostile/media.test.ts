import { createSocket, type Socket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalMedia, type MediaEdge, startMediaEdge } from '#media-edge';
import { writeRtcp, writeRtpPacket, writeTelephoneEvent } from '#rtp';
import { eventually } from '#testkit';
import { PretendBrowser } from '../../packages/chime-local/src/media/testing/pretend-browser.ts';
import { SILENT_EVENTS } from '../../packages/chime-local/src/media/testing/rtp-phone.ts';
import { Dice } from './dice.ts';
import { GoodCall } from './good-call.ts';
import { megabytesInUse } from './heap.ts';
import { hostileMs, patienceMs, tellSizes } from './how-long.ts';

/** Duration of each test, the number of tests, and the pause between bursts, in ms. */
const USUAL_MS = 5_000;
const PARTS = 4;
const VOLLEY_MS = 10;
/** Datagrams to each target in a volley. */
const VOLLEY = 5;
/** Milliseconds between checks that the good call is intact. */
const LOOK_MS = 2_000;
/** Browsers whose handshakes are disturbed at the same time, and milliseconds that each may try. */
const HANDSHAKES = 3;
const HANDSHAKE_MS = 600;
/**
 * Milliseconds for which each kind of stranger comes before the first size is taken: code is loaded and
 * compiled in that time.
 */
const WARM_UP_MS = 3_000;
/**
 * MB by which the process may grow from then on, not counting the heap of the main thread, which is this
 * test's. Measured in half an hour of strangers: 95 before; 95 after ten minutes of RTP; 115 after one minute
 * of handshakes, and 112 to 118 from then on, while the media thread's own heap stays at 9 to 10 MB. The rest
 * is what the C library keeps for reuse.
 */
const GROWTH_MB = 32;
const MB = 2 ** 20;

let edge: MediaEdge;
let call: GoodCall;
/** The state before the first stranger. */
let before: { legs: number; files: number; megabytes: number };
/** Faults that the media thread reported; nothing that strangers send may cause any. */
const faults: string[] = [];
/** The strangers' sockets: another port of the phones' host, and other hosts. */
const strangers: Socket[] = [];
const sockets = new Set<Socket>();

async function open(address: string): Promise<Socket> {
  const socket = createSocket('udp4').on('error', () => {});
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  sockets.add(socket);
  return socket;
}

function close(socket: Socket): void {
  sockets.delete(socket);
  socket.close();
}

beforeAll(async () => {
  edge = await startMediaEdge({ address: '127.0.0.1', portRange: { first: 39_000, last: 45_999 } });
  edge.observe({
    ...SILENT_EVENTS,
    onFatal: (error) => faults.push(`the media thread died: ${error.stack}`),
    onFault: (message) => faults.push(message),
  });
  call = await GoodCall.between(edge, { ann: 440, bob: 700 });
  for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) strangers.push(await open(address));
  await eventually('the two hear each other', () => call.hearsAll);
  await warmUp();
  before = await sizes();
});

afterAll(async () => {
  for (const socket of sockets) socket.close();
  await edge?.close();
});

/** Runs one stranger of each kind for a moment. */
async function warmUp(): Promise<void> {
  const dice = new Dice(1);
  const { legs } = await edge.stats();
  const tries = await Promise.all([0, 1, 2].map((n) => DisturbedBrowser.open(`first ${n}`, dice)));
  for (const until = performance.now() + WARM_UP_MS; performance.now() < until; await pause(VOLLEY_MS)) {
    for (const each of tries) each.attack();
    for (const port of goodPorts()) dice.pick(strangers).send(telephoneDatagram(dice), port, '127.0.0.1');
  }
  for (const each of tries) each.close();
  await eventually('the first strangers are gone', async () => (await edge.stats()).legs === legs);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const openFiles = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

/** Sends bursts for the test's time, and until `enough`, and checks the good call meanwhile. */
async function whileHostile(
  volley: () => void | Promise<void>,
  enough: () => boolean = () => true,
): Promise<void> {
  const until = performance.now() + hostileMs(USUAL_MS, PARTS);
  call.begin();
  let since = performance.now();
  while (performance.now() < until || !enough()) {
    await volley();
    await pause(VOLLEY_MS);
    expect(faults).toEqual([]);
    if (performance.now() - since < LOOK_MS) continue;
    await call.expectWhole(performance.now() - since);
    since = performance.now();
  }
  await expect.poll(() => call.hearsAll).toBe(true);
}

const rtp = (dice: Dice, payload: Uint8Array, payloadType: number, ssrc: number) =>
  writeRtpPacket({
    marker: dice.roll(2) === 0,
    payloadType,
    sequenceNumber: dice.roll(65_536),
    timestamp: dice.roll(2 ** 32),
    ssrc,
    payload,
    ...(dice.roll(4) === 0 ? { csrcs: [dice.roll(9), 2], padding: dice.roll(40) } : {}),
    ...(dice.roll(4) === 0 ? { extension: { profile: 0xbede, data: dice.bytes(dice.roll(30)) } } : {}),
  });

/** A datagram as a telephone, or somebody who pretends to be one, sends it: valid, damaged, or random. */
function telephoneDatagram(dice: Dice): Buffer {
  const ssrc = dice.roll(2 ** 32);
  const good = dice.pick([
    () => rtp(dice, dice.bytes(dice.roll(400)), dice.pick([0, 8, 13, 19, 18, 127]), ssrc),
    () =>
      rtp(
        dice,
        writeTelephoneEvent(dice.pick([...'0123456789*#ABCD']), dice.roll(2) === 0, dice.roll(9_000)),
        101,
        ssrc,
      ),
    () => rtp(dice, dice.bytes(4), 96 + dice.roll(32), ssrc),
    () =>
      Buffer.from(
        writeRtcp([
          { kind: 'receiver-report', ssrc, blocks: [] },
          { kind: 'source-description', sources: [{ ssrc, cname: 'x'.repeat(dice.roll(255)) }] },
          { kind: 'goodbye', ssrcs: [ssrc, 1, 2] },
        ]),
      ),
    () => dice.bytes(dice.roll(2_000)),
  ])();
  return dice.roll(3) === 0 ? Buffer.from(good) : dice.damage(good);
}

describe('good calls lose nothing', () => {
  it('Good calls lose nothing while RTP and RTCP of strangers arrive', {
    timeout: patienceMs(USUAL_MS, PARTS),
  }, async () => {
    const dice = new Dice(4_733);
    const { refusedPackets } = await edge.stats();
    // Another telephone's leg, which nobody uses, and the ports of the good call and around them.
    const idle = await edge.openLeg('idle');
    edge.connectLeg('idle', {
      ...{
        address: '127.0.0.1',
        rtpPort: 9_999,
        rtcpPort: 10_000,
        codec: 'PCMU',
        payloadType: 0,
        direction: 'sendrecv',
      },
    });
    const ports = goodPorts();
    let sent = 0;
    await whileHostile(() => {
      for (const port of [...ports, idle.rtpPort, idle.rtcpPort]) {
        for (let n = 0; n < VOLLEY; n++) {
          dice.pick(strangers).send(telephoneDatagram(dice), port, '127.0.0.1');
          sent++;
        }
      }
    });
    edge.closeLeg('idle');
    // Some packets no longer reached a listener; none of these were the good call's.
    const { refusedPackets: after } = await edge.stats();
    expect((after - refusedPackets) / sent).toBeGreaterThan(0.5);
  });

  it('Good calls lose nothing while phones send streams of others', {
    timeout: patienceMs(USUAL_MS, PARTS),
  }, async () => {
    const dice = new Dice(3_550);
    await whileHostile(() => {
      for (let n = 0; n < VOLLEY; n++) call.sendAlso(telephoneDatagramBeside(dice));
    });
  });

  it('Good calls lose nothing while damaged STUN and DTLS arrive', {
    timeout: patienceMs(USUAL_MS, PARTS),
  }, async () => {
    const dice = new Dice(6_347);
    const tries: DisturbedBrowser[] = [];
    let made = 0;
    await whileHostile(
      async () => {
        for (const each of tries.filter(({ isOver }) => isOver)) {
          each.close();
          tries.splice(tries.indexOf(each), 1);
        }
        if (tries.length < HANDSHAKES) tries.push(await DisturbedBrowser.open(`browser ${made++}`, dice));
        for (const each of tries) each.attack();
      },
      () => made > HANDSHAKES,
    );
    for (const each of tries) each.close();
    expect(made).toBeGreaterThan(HANDSHAKES);
  });

  it('Hostile traffic leaves no leg, no socket and no memory behind', {
    timeout: patienceMs(USUAL_MS, PARTS),
  }, async () => {
    const dice = new Dice(8_445);
    const tries = await Promise.all([0, 1].map((n) => DisturbedBrowser.open(`late ${n}`, dice)));
    const ports = goodPorts();
    await whileHostile(() => {
      for (const each of tries) each.attack();
      for (const port of ports) dice.pick(strangers).send(telephoneDatagram(dice), port, '127.0.0.1');
    });
    for (const each of tries) each.close();
    await expect.poll(async () => (await sizes()).legs).toBe(before.legs);
    await expect.poll(async () => (await sizes()).files).toBeLessThanOrEqual(before.files);
    const after = await sizes();
    tellSizes('Media, resident without the heap of the test', before.megabytes, after.megabytes);
    expect(after.megabytes - before.megabytes).toBeLessThan(GROWTH_MB);
    await call.end();
    expect((await edge.stats()).legs).toBe(0);
  });
});

async function sizes(): Promise<{ legs: number; files: number; megabytes: number }> {
  const { legs } = await edge.stats();
  megabytesInUse();
  const { rss, heapTotal } = process.memoryUsage();
  return { legs, files: openFiles(), megabytes: (rss - heapTotal) / MB };
}

/** The RTP and RTCP ports of the good call. */
function goodPorts(): number[] {
  return call.ports.flatMap((port) => [port, port + 1]);
}

/**
 * What a phone may send in addition to its voice without being heard differently: other streams, noise,
 * damaged reports.
 */
function telephoneDatagramBeside(dice: Dice): Buffer {
  const ssrc = 1_000 + dice.roll(2 ** 31);
  const bytes = dice.pick([
    () => rtp(dice, dice.bytes(160), 0, ssrc),
    () => rtp(dice, dice.bytes(1), 13, ssrc),
    () => rtp(dice, dice.bytes(40), 97, ssrc),
    () => rtp(dice, dice.bytes(dice.roll(1_600)), 0, ssrc),
  ])();
  return Buffer.from(bytes);
}

/** A browser whose datagrams pass through an attacker who damages some and replays others. */
class DisturbedBrowser {
  readonly #dice: Dice;
  readonly #legId: string;
  readonly #local: LocalMedia;
  readonly #between: Socket;
  readonly #browser: PretendBrowser;
  readonly #seen: Buffer[] = [];
  readonly #untilMs = performance.now() + HANDSHAKE_MS;

  private constructor(
    legId: string,
    dice: Dice,
    local: LocalMedia,
    between: Socket,
    browser: PretendBrowser,
  ) {
    this.#legId = legId;
    this.#dice = dice;
    this.#local = local;
    this.#between = between;
    this.#browser = browser;
    between.on('message', (bytes, from) => this.#pass(bytes, from.port));
  }

  static async open(legId: string, dice: Dice): Promise<DisturbedBrowser> {
    const local = await edge.openLeg(legId, { transport: 'webrtc', band: 'full' });
    const between = await open('127.0.0.1');
    const browser = await PretendBrowser.open({ ...local, rtpPort: between.address().port }, 'full');
    edge.connectLeg(legId, browser.remote());
    edge.joinMeeting(legId, { meetingId: 'bad', attendeeId: legId, muted: true });
    const disturbed = new DisturbedBrowser(legId, dice, local, between, browser);
    browser.connect();
    return disturbed;
  }

  get isOver(): boolean {
    return performance.now() > this.#untilMs;
  }

  /** Strangers send damaged copies of what they have seen, and datagrams of their own. */
  attack(): void {
    const { rtpPort } = this.#local;
    const dice = this.#dice;
    for (let n = 0; n < VOLLEY; n++) {
      const known = this.#seen.length > 0 && dice.roll(4) > 0;
      const bytes = known
        ? dice.damage(dice.pick(this.#seen))
        : Buffer.concat([Buffer.of(dice.pick([0, 1, 20, 22, 25, 63, 128])), dice.bytes(dice.roll(300))]);
      dice.pick([this.#between, ...strangers]).send(bytes, rtpPort, '127.0.0.1');
    }
  }

  close(): void {
    edge.closeLeg(this.#legId);
    this.#browser.close();
    close(this.#between);
  }

  #pass(bytes: Buffer, fromPort: number): void {
    const ours = fromPort === this.#local.rtpPort;
    if (!ours && this.#seen.length < 50) this.#seen.push(Buffer.from(bytes));
    const damaged = this.#dice.roll(5) === 0 ? this.#dice.damage(bytes) : bytes;
    const port = ours ? this.#browser.socket.address().port : this.#local.rtpPort;
    this.#between.send(damaged, port, '127.0.0.1');
  }
}
