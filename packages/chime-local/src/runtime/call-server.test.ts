import type { Worker } from 'node:worker_threads';
import type { Action } from 'pstn-audio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tone, writeWav } from '#audio';
import { eventually, waitForTone } from '#testkit';
import { bucketOf, CallWorld } from './testing/call-world.ts';

const HZ = 500;
/** Long enough for a call to survive if the process is delayed. */
const MEDIA_LOST_MS = 1_000;
/** An eightieth of the default timers: a phone that does not respond within 64*T1 has gone. */
const SIP_TIMERS = { T1: 20, T2: 80, T4: 100 };
const RATE = 8000;

const PROMPT = writeWav({ sampleRate: RATE, samples: tone(HZ, 20 * RATE, RATE) });
const PLAY: Action = {
  Type: 'PlayAudio',
  Parameters: { AudioSource: { Type: 'S3', BucketName: 'prompts', Key: 'long.wav' } },
};

let world: CallWorld;
/** The threads that were started, newest last. */
let threads: Worker[];
const noteThread = (thread: Worker): void => void threads.push(thread);

beforeEach(async () => {
  threads = [];
  process.on('worker', noteThread);
  world = new CallWorld();
  world.functions.first = () => [PLAY];
  await world.start({ s3: bucketOf(PROMPT) }, { mediaLostAfterMs: MEDIA_LOST_MS, sipTimers: SIP_TIMERS });
});

afterEach(async () => {
  process.off('worker', noteThread);
  await world.close();
});

describe('telephones, media and calls, connected', () => {
  it('A telephone that vanished without BYE has its call ended', async () => {
    const phone = await world.dial();
    await waitForTone(phone, HZ);
    phone.close();
    const told = () => world.events.some(({ InvocationEventType }) => InvocationEventType === 'HANGUP');
    await eventually('HANGUP', told);
    await eventually('no call left', () => world.server.host.size === 0);
  });

  it('A telephone that sends silence keeps its call', async () => {
    const phone = await world.dial();
    await waitForTone(phone, HZ);
    const packets = phone.line.heard.length;
    const enough = packets + (2 * MEDIA_LOST_MS) / 20;
    await phone.until('more sound', () => phone.line.heard.length > enough);
    expect(world.server.host.size).toBe(1);
    await phone.hangUp();
  });

  it('A call to a number that no rule serves is refused', async () => {
    const phone = await world.dial('+19995550123');
    await phone.until('a refusal', () => phone.statuses.includes(404));
    expect(world.events).toEqual([]);
    phone.close();
  });

  it('New calls are refused while the function is crowded; others go on', async () => {
    const there = await world.dial();
    await waitForTone(there, HZ);
    world.crowded = true;
    const late = await world.dial();
    await late.until('a refusal', () => late.statuses.includes(503));
    expect(world.events.map(({ CallDetails }) => CallDetails.TransactionId)).toHaveLength(1);
    late.close();
    await waitForTone(there, HZ);
    await there.hangUp();
  });

  it('Calls end with BYE and HANGUP when the media thread dies', async () => {
    const phones = await Promise.all([world.dial(), world.dial()]);
    await Promise.all(phones.map((phone) => waitForTone(phone, HZ)));
    await threads.at(-1)?.terminate();
    for (const phone of phones) await phone.until('BYE', () => phone.ended);
    const told = () =>
      world.events.filter(({ InvocationEventType }) => InvocationEventType === 'HANGUP').length ===
      phones.length;
    await eventually('both HANGUPs', told);
    await eventually('no call left', () => world.server.host.size === 0);
    for (const phone of phones) phone.close();

    const next = await world.dial();
    await waitForTone(next, HZ);
    await next.hangUp();
  });

  it('An impossible command costs one leg, not the thread', async () => {
    const [unlucky, other] = [await world.dial(), await world.dial()];
    await Promise.all([waitForTone(unlucky, HZ), waitForTone(other, HZ)]);
    const legId = world.events[0]?.CallDetails.Participants[0]?.CallId ?? '';
    world.server.media.connectLeg(legId, undefined as never);
    await unlucky.until('BYE', () => unlucky.ended);
    unlucky.close();
    const packets = other.line.heard.length;
    await other.until('more sound', () => other.line.heard.length > packets + 20);
    expect(threads.filter(({ threadId }) => threadId > 0)).toHaveLength(1);
    await other.hangUp();
  });
});
