import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { InvocationEvent } from 'pstn-audio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tone, writeWav } from '#audio';
import { CallReport, LiveCalls } from '#call-host';
import { openJournal, silentLog, systemClock } from '#platform';
import { eventually, Telephone, waitForTone } from '#testkit';
import { Activity } from '#web';
import { type CallServer, startCallServer } from './call-server.ts';
import type { EmulatedCloud } from './emulated-cloud.ts';

const NUMBER = '+12015550100';
const HZ = 500;
const MEDIA_LOST_MS = 400;
/** An eightieth of the usual ones: who does not answer within 64*T1 has gone. */
const SIP_TIMERS = { T1: 20, T2: 80, T4: 100 };
const RATE = 8000;

const PROMPT = writeWav({ sampleRate: RATE, samples: tone(HZ, 20 * RATE, RATE) });
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'voiceconnector.chime.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::prompts/*',
    },
  ],
});
const PLAY = JSON.stringify({
  SchemaVersion: '1.0',
  Actions: [
    {
      Type: 'PlayAudio',
      Parameters: { AudioSource: { Type: 'S3', BucketName: 'prompts', Key: 'long.wav' } },
    },
  ],
});

let folder: string;
let liveCalls: LiveCalls;
let callServer: CallServer;
let events: InvocationEvent[];
/** The threads that were started, newest last. */
let threads: Worker[];
/** Whether the function has more to do than it can. */
let crowded: boolean;
const noteThread = (thread: Worker): void => void threads.push(thread);

/** One number, one prompt, and a function that answers every call with it. */
function pretendCloud(): EmulatedCloud {
  const target = { sipMediaApplicationId: 'sma', awsRegion: 'us-east-1', functionArn: 'arn:fn' };
  const cloud: {
    voice: Pick<EmulatedCloud['voice'], 'routeForNumber' | 'applicationIds'>;
    s3: Pick<EmulatedCloud['s3'], 'getBucketPolicy' | 'head' | 'read'>;
    functions: Pick<EmulatedCloud['functions'], 'find' | 'invoke' | 'isCrowded'>;
  } = {
    voice: {
      applicationIds: () => ['sma'],
      routeForNumber: (number) => (number === NUMBER ? { sipRuleId: 'rule', targets: [target] } : undefined),
    },
    s3: {
      getBucketPolicy: () => POLICY,
      head: () => ({ etag: '1' }) as ReturnType<EmulatedCloud['s3']['head']>,
      read: async () => ({ body: PROMPT }) as Awaited<ReturnType<EmulatedCloud['s3']['read']>>,
    },
    functions: {
      find: () => undefined,
      isCrowded: () => crowded,
      async invoke(_arn, payload) {
        const event = JSON.parse(payload) as InvocationEvent;
        events.push(event);
        return { payload: PLAY } as Awaited<ReturnType<EmulatedCloud['functions']['invoke']>>;
      },
    },
  };
  return cloud as unknown as EmulatedCloud;
}

beforeEach(async () => {
  events = [];
  threads = [];
  crowded = false;
  process.on('worker', noteThread);
  folder = mkdtempSync(path.join(tmpdir(), 'callServer-'));
  liveCalls = new LiveCalls(openJournal(path.join(folder, 'calls.journal')), systemClock);
  callServer = await startCallServer({
    address: '127.0.0.1',
    sipPort: 0,
    cloud: pretendCloud(),
    activity: new Activity(),
    report: new CallReport(silentLog, systemClock),
    liveCalls,
    region: 'us-east-1',
    recordingsFolder: path.join(folder, 'recordings'),
    mediaLostAfterMs: MEDIA_LOST_MS,
    sipTimers: SIP_TIMERS,
    log: silentLog,
  });
});

afterEach(async () => {
  process.off('worker', noteThread);
  await callServer.sip.close(0);
  await Promise.all([callServer.media.close(), callServer.speech.close()]);
  liveCalls.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = (to = NUMBER) => Telephone.dial({ server: callServer.sip, to, from: '+15557770001' });

describe('telephones, sound and calls, connected', () => {
  it('A telephone that vanished without BYE has its call ended', async () => {
    const phone = await call();
    await waitForTone(phone, HZ);
    phone.close();
    const told = () => events.some(({ InvocationEventType }) => InvocationEventType === 'HANGUP');
    await eventually('HANGUP', told);
    await eventually('no call left', () => callServer.host.size === 0);
  });

  it('A telephone that sends silence keeps its call', async () => {
    const phone = await call();
    await waitForTone(phone, HZ);
    const packets = phone.line.heard.length;
    const enough = packets + (2 * MEDIA_LOST_MS) / 20;
    await phone.until('more sound', () => phone.line.heard.length > enough);
    expect(callServer.host.size).toBe(1);
    await phone.hangUp();
  });

  it('A number that no rule serves is refused', async () => {
    const phone = await call('+19995550123');
    await phone.until('a refusal', () => phone.statuses.includes(404));
    expect(events).toEqual([]);
    phone.close();
  });

  it('refuses new calls while the function is crowded, and keeps the others', async () => {
    const there = await call();
    await waitForTone(there, HZ);
    crowded = true;
    const late = await call();
    await late.until('a refusal', () => late.statuses.includes(503));
    expect(events.map(({ CallDetails }) => CallDetails.TransactionId)).toHaveLength(1);
    late.close();
    await waitForTone(there, HZ);
    await there.hangUp();
  });

  it('ends calls with BYE and HANGUP when the media thread dies', async () => {
    const phones = await Promise.all([call(), call()]);
    await Promise.all(phones.map((phone) => waitForTone(phone, HZ)));
    await threads.at(-1)?.terminate();
    for (const phone of phones) await phone.until('BYE', () => phone.ended);
    const told = () =>
      events.filter(({ InvocationEventType }) => InvocationEventType === 'HANGUP').length === phones.length;
    await eventually('both HANGUPs', told);
    await eventually('no call left', () => callServer.host.size === 0);
    for (const phone of phones) phone.close();

    const next = await call();
    await waitForTone(next, HZ);
    await next.hangUp();
  });

  it('An impossible command costs one leg, not the thread', async () => {
    const [unlucky, other] = [await call(), await call()];
    await Promise.all([waitForTone(unlucky, HZ), waitForTone(other, HZ)]);
    const legId = events[0]?.CallDetails.Participants[0]?.CallId ?? '';
    callServer.media.connectLeg(legId, undefined as never);
    await unlucky.until('BYE', () => unlucky.ended);
    unlucky.close();
    const packets = other.line.heard.length;
    await other.until('more sound', () => other.line.heard.length > packets + 20);
    expect(threads.filter(({ threadId }) => threadId > 0)).toHaveLength(1);
    await other.hangUp();
  });
});
