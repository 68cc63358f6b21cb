import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { ChimeSDKMeetingsClient, ListAttendeesCommand } from '@aws-sdk/client-chime-sdk-meetings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  awsConfig,
  dial,
  dialToPin,
  hears,
  hzOf,
  inSomeRound,
  join,
  type LoggedStack,
  plantTones,
  pressForTone,
  type RunningStack,
  rowOf,
  startLoggedStack,
  type Telephone,
  waitForTone,
} from '#testkit';

const CALLER = '+15557777001';
const OTHER = '+15557777002';
const GUESSER = '+15557777003';
const CALLER_HZ = 440;
const OTHER_HZ = 490;
const WRONG_PIN = '90817263';
/** Milliseconds of noise, and between two bursts of it. */
const NOISE_MS = 1500;
const VOLLEY_MS = 10;
const VOLLEY = 10;
const FRAME_MS = 20;
/** Share of the tones and packets that must arrive even on a busy machine. */
const MOST = 0.7;

let logged: LoggedStack;
let stack: RunningStack;
let caller: Telephone;
let other: Telephone;

beforeAll(async () => {
  logged = await startLoggedStack();
  stack = logged.stack;
  await plantTones(stack);
  [caller, other] = await Promise.all([join(stack, CALLER), join(stack, OTHER)]);
  caller.line.sayTone(CALLER_HZ);
  other.line.sayTone(OTHER_HZ);
  await waitForTone(caller, OTHER_HZ);
  await waitForTone(other, CALLER_HZ);
});

afterAll(async () => {
  await caller?.hangUp();
  await other?.hangUp();
  await logged?.stop();
});

/** Pseudo-random bytes that are the same in every run. */
function* noise(seed: string): Generator<Buffer, never> {
  for (let round = 0; ; round++) {
    const block = createHmac('sha512', seed).update(String(round)).digest();
    const length = (block[0] as number) % 64;
    yield round % 3 === 0 ? Buffer.concat(Array(23).fill(block)) : block.subarray(0, length);
  }
}

const BROKEN_SIP = [
  'INVITE',
  'INVITE sip: SIP/2.0\r\n\r\n',
  'INVITE sip:+1@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=x\r\nContent-Length: 99999999\r\n\r\n',
  'INVITE sip:+1@127.0.0.1 SIP/2.0\r\nContent-Length: -1\r\n\r\n',
  'SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n',
  'BYE sip:nobody@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKq\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: none\r\nCSeq: 4294967296 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n',
  `OPTIONS sip:x@127.0.0.1 SIP/2.0\r\n${'X-Long: y\r\n'.repeat(2000)}\r\n`,
  `MESSAGE sip:x@127.0.0.1 SIP/2.0\r\nVia: ${'SIP/2.0/UDP h;branch=z9hG4bK1,'.repeat(500)}\r\n\r\n`,
];

/** Sends noise every few milliseconds; fails if a call hears less, or anything else, because of it. */
const duringNoise = (make: () => void): Promise<void> => inSomeRound(() => oneRoundOfNoise(make));

/**
 * While `make` is called repeatedly, the share of checks in which each telephone hears the other, and the
 * share of packets received of those due in that time.
 */
async function heardDuring(make: () => void): Promise<{ tones: number; packets: number }> {
  const from = performance.now();
  const before = caller.line.heard.length + other.line.heard.length;
  let [looks, heard] = [0, 0];
  while (performance.now() - from < NOISE_MS) {
    make();
    await new Promise((resolve) => setTimeout(resolve, VOLLEY_MS));
    looks += 2;
    heard += [hears(caller, OTHER_HZ), hears(other, CALLER_HZ)].filter(Boolean).length;
  }
  const packets = caller.line.heard.length + other.line.heard.length - before;
  return { tones: heard / looks, packets: packets / ((2 * (performance.now() - from)) / FRAME_MS) };
}

async function oneRoundOfNoise(make: () => void): Promise<void> {
  const starts = [caller, other].map((phone) => phone.line.heard.length);
  const { tones, packets } = await heardDuring(make);
  if (Math.min(tones, packets) <= MOST) {
    // The telephones share this process: when the machine is busy their sound stutters even without noise.
    const quiet = await heardDuring(() => {});
    expect(tones).toBeGreaterThanOrEqual(Math.min(MOST, quiet.tones));
    expect(packets).toBeGreaterThanOrEqual(Math.min(MOST, quiet.packets));
  }
  for (const [index, phone] of [caller, other].entries()) {
    const packets = phone.line.heard.slice(starts[index]);
    const jumps = packets.filter(({ sequence }, i) => {
      const before = packets[i - 1];
      return before !== undefined && ((sequence - before.sequence) & 0xffff) !== 1;
    });
    expect(jumps).toEqual([]);
    expect(phone.ended).toBe(false);
  }
  await waitForTone(caller, OTHER_HZ);
  await waitForTone(other, CALLER_HZ);
}

describe('a call goes on undisturbed', () => {
  it('A call goes on while malformed SIP arrives by UDP', async () => {
    const socket = createSocket('udp4').on('error', () => {});
    const { host, port } = stack.endpoints.sip;
    const random = noise('sip');
    let next = 0;
    await duringNoise(() => {
      for (let i = 0; i < VOLLEY; i++) {
        socket.send(BROKEN_SIP[next++ % BROKEN_SIP.length] as string, port, host);
        socket.send(random.next().value, port, host);
      }
    });
    socket.close();
  });

  it('A call goes on while malformed SIP and connections arrive by TCP', async () => {
    const { host, port } = stack.endpoints.sip;
    const random = noise('tcp');
    const connections: ReturnType<typeof connect>[] = [];
    let next = 0;
    await duringNoise(() => {
      const connection = connect(port, host).on('error', () => {});
      connections.push(connection);
      connection.write(BROKEN_SIP[next++ % BROKEN_SIP.length] as string);
      connection.write(random.next().value);
      if (next % 2 === 0) connection.destroy();
    });
    for (const connection of connections) connection.destroy();
  });

  it('A call goes on while malformed RTP arrives, even from its telephone', async () => {
    const socket = createSocket('udp4').on('error', () => {});
    const random = noise('rtp');
    const { remote } = caller.line;
    await duringNoise(() => {
      for (let i = 0; i < VOLLEY; i++) {
        const bytes = random.next().value;
        if (remote) socket.send(bytes, remote.port, remote.address);
        // The telephone's own packets must not be readable: they would be its own sound.
        const unreadable = Buffer.from(bytes);
        if (unreadable.length > 0) unreadable[0] = (unreadable[0] as number) & 0x3f;
        caller.line.sendBytes(unreadable);
      }
    });
    socket.close();
  });

  it('The stack takes calls after the noise as before', async () => {
    const phone = await dial(stack, '+15557777009');
    await waitForTone(phone, hzOf('welcome.wav'));
    await phone.hangUp();
  });
});

/** Enters a wrong PIN and hears so; returns when, in milliseconds of the sound that it hears. */
function guessWrong(guesser: Telephone, prompt: 'wrong-pin.wav' | 'too-many-tries.wav'): Promise<number> {
  return pressForTone(guesser, WRONG_PIN, hzOf(prompt));
}

describe('PINs', () => {
  it('A number that tried wrong PINs waits after its next one', async () => {
    const guesser = await dialToPin(stack, GUESSER);
    for (const prompt of ['wrong-pin.wav', 'wrong-pin.wav', 'too-many-tries.wav'] as const)
      await guessWrong(guesser, prompt);
    await guesser.until('BYE', () => guesser.ended);
    guesser.close();
    const again = await dialToPin(stack, GUESSER);
    const toldAt = await guessWrong(again, 'wrong-pin.wav');
    expect((await waitForTone(again, hzOf('enter-pin.wav'))) - toldAt).toBeGreaterThan(1500);
    await again.hangUp();
  });

  it('No log has PINs or tokens; the terminal shows the PIN once', async () => {
    const meetings = new ChimeSDKMeetingsClient(awsConfig(stack));
    const { meetingId } = await rowOf(stack, CALLER);
    const { Attendees = [] } = await meetings.send(new ListAttendeesCommand({ MeetingId: meetingId }));
    meetings.destroy();
    const joinTokens = Attendees.map(({ JoinToken }) => JoinToken ?? '');
    expect(joinTokens.every((token) => token.length > 20)).toBe(true);
    const { pin, apiAuthorization, awsSecretAccessKey } = stack.endpoints;
    const secrets = [WRONG_PIN, awsSecretAccessKey, apiAuthorization.replace('Bearer ', ''), ...joinTokens];
    for (const text of [logged.log(), stack.output]) {
      for (const secret of secrets) expect(text.includes(secret)).toBe(false);
    }
    expect(logged.log().includes(pin)).toBe(false);
    // Once, for the person at the terminal.
    expect(stack.output.split(pin)).toHaveLength(2);
    expect(logged.log()).toContain(GUESSER);
  });
});
