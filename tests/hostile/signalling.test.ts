import { createSocket, type Socket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hears, Telephone, waitForTone } from '#testkit';
import { OFFER, RawPhone, toTagOf } from '../../packages/chime-local/src/calls/sip-edge/testing/raw-phone.ts';
import { tortureMessages } from '../../packages/chime-local/src/wire/sip/testing/torture-messages.ts';
import { Switchboard } from '../phones/switchboard.ts';
import { Dice } from './dice.ts';
import { megabytesInUse } from './heap.ts';
import { hostileMs, patienceMs, tellSizes } from './how-long.ts';
import { hostileMessage } from './sip-mutations.ts';

/** Duration of each timed test, the number of such tests, and the pause between bursts, in ms. */
const USUAL_MS = 5_000;
const PARTS = 2;
const VOLLEY_MS = 10;
const VOLLEY = 5;
/** Milliseconds between checks that the good call is intact. */
const LOOK_MS = 1_000;
/** A tenth of the usual times, so that everything strangers began is over within 64*T1. */
const TIMERS = { T1: 50, T2: 400, T4: 500 };
/** MB by which the process may grow, measured after garbage collection: code that was compiled meanwhile. */
const GROWTH_MB = 12;
/** The two legs that hear each other, and the one that presses keys. */
const GOOD_LEGS = 3;

let board: Switchboard;
let ann: Telephone;
let bob: Telephone;
let keys: RawPhone;
let keysTag: string;
let cseq = 1;
let stranger: Socket;
/** Statuses of the responses that strangers received. */
const answers = new Set<number>();
let before: { memory: number; files: number };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const openFiles = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

async function call(from: string, hz: number): Promise<Telephone> {
  const phone = await Telephone.call({ server: board.sip, to: '+15551230000', from });
  phone.line.sayTone(hz);
  return phone;
}

beforeAll(async () => {
  board = await Switchboard.start({ invitesPerSecond: 100, inviteBurst: 100, maxLegs: 50 }, TIMERS);
  [ann, bob] = [await call('+15557770001', 440), await call('+15557770002', 700)];
  await Promise.all([waitForTone(ann, 700), waitForTone(bob, 440)]);
  keys = await RawPhone.udp(board.sip.port);
  keys.request('INVITE', { body: OFFER });
  keysTag = toTagOf(await keys.next(/ 200 /));
  keys.request('ACK', { toTag: keysTag });
  stranger = createSocket('udp4');
  await new Promise<void>((resolve) => stranger.bind(0, '127.0.0.1', resolve));
  stranger.on('message', (bytes) => {
    const status = /^SIP\/2\.0 (\d{3})/.exec(bytes.toString('latin1'))?.[1];
    if (status !== undefined) answers.add(Number(status));
  });
  before = { memory: megabytesInUse(), files: openFiles() };
});

afterAll(async () => {
  stranger?.close();
  await keys?.close();
  for (const phone of [ann, bob]) phone?.close();
  await board?.close();
});

/**
 * Fails if a packet of the good call was lost, another sound is heard, or a key of the third phone is not
 * recognised.
 */
async function expectGoodCallWhole(): Promise<void> {
  for (const [phone, hz] of [[ann, 700] as const, [bob, 440] as const]) {
    await phone.until(`${hz} Hz`, () => hears(phone, hz));
    const heard = phone.line.heard.splice(0, phone.line.heard.length - 10);
    const gaps = heard.slice(1).filter(({ sequence }, i) => ((sequence - heard[i]!.sequence) & 0xffff) !== 1);
    expect(gaps).toEqual([]);
    expect(phone.ended).toBe(false);
  }
  const told = board.events.filter((event) => event === 'info 7').length;
  keys.request('INFO', {
    cseq: ++cseq,
    toTag: keysTag,
    body: 'Signal=7',
    contentType: 'application/dtmf-relay',
  });
  await keys.next(/ 200 /, new RegExp(`CSeq: ${cseq} INFO`));
  await board.until(/^info 7$/, told + 1);
  // What this test itself remembers is not growth of the process: the names of calls hold references to their
  // messages.
  board.events.splice(0);
  board.arrived.splice(0);
}

async function whileHostile(volley: () => void): Promise<void> {
  const until = performance.now() + hostileMs(USUAL_MS, PARTS);
  let looked = performance.now();
  while (performance.now() < until) {
    volley();
    await pause(VOLLEY_MS);
    if (performance.now() - looked < LOOK_MS) continue;
    await expectGoodCallWhole();
    looked = performance.now();
  }
  await expectGoodCallWhole();
}

const send = (bytes: Uint8Array) => stranger.send(bytes, board.sip.port, '127.0.0.1');

/** Uses a separate connection, which is closed once the bytes are read or as soon as the edge closes it. */
function sendByTcp(bytes: Uint8Array): void {
  const socket = connect(board.sip.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.on('data', () => {});
  socket.write(bytes);
  socket.setTimeout(500, () => socket.destroy());
}

describe('while a call is up, strangers send', () => {
  it.each([4475, 5118] as const)(
    'A call loses nothing to the torture messages of RFC %d',
    async (rfc) => {
      for (const { bytes } of tortureMessages(rfc)) {
        send(bytes);
        sendByTcp(bytes);
        await pause(VOLLEY_MS);
      }
      await expectGoodCallWhole();
    },
    patienceMs(0, PARTS),
  );

  it(
    'A call loses nothing to wrong messages by UDP',
    async () => {
      const dice = new Dice(3261);
      const { port } = stranger.address();
      await whileHostile(() => {
        for (let n = 0; n < VOLLEY; n++) send(hostileMessage(dice, { transport: 'UDP', port }));
      });
      // The messages were understood well enough to get all kinds of responses; some calls were even
      // accepted.
      expect([...answers]).toEqual(expect.arrayContaining([180, 200, 400, 415, 420, 481]));
    },
    patienceMs(USUAL_MS, PARTS),
  );

  it(
    'A call loses nothing to wrong messages by TCP, in pieces',
    async () => {
      const dice = new Dice(5626);
      await whileHostile(() => {
        const messages = Array.from({ length: VOLLEY }, () =>
          hostileMessage(dice, { transport: 'TCP', port: 9 }),
        );
        const bytes = Buffer.concat(messages);
        const cut = dice.roll(bytes.length);
        sendByTcp(bytes.subarray(0, cut));
        sendByTcp(bytes);
      });
    },
    patienceMs(USUAL_MS, PARTS),
  );

  it(
    'the process is as it was before once the strangers have gone',
    async () => {
      await expect.poll(() => board.sip.legs).toBe(GOOD_LEGS);
      await expect.poll(() => openFiles() - before.files).toBeLessThanOrEqual(2);
      await expect.poll(() => megabytesInUse() - before.memory).toBeLessThan(GROWTH_MB);
      tellSizes('Signalling, heap and buffers in use', before.memory, megabytesInUse());
      await expectGoodCallWhole();
    },
    patienceMs(0, PARTS) + 180_000,
  );
});
