import path from 'node:path';
import type { Action } from 'pstn-audio';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hasTone, parseWav, tone, writeWav } from '#audio';
import { S3 } from '#aws';
import { silentLog, systemClock, systemIds } from '#platform';
import { eventually, waitForTone } from '#testkit';
import { CallWorld } from './testing/call-world.ts';

const RATE = 8_000;
const CALLER_HZ = 400;
const PROMPT_HZ = 900;
const POLICY = JSON.stringify({
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'voiceconnector.chime.amazonaws.com' },
      Action: ['s3:GetObject', 's3:PutObject', 's3:PutObjectAcl'],
      Resource: 'arn:aws:s3:::calls/*',
      Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } },
    },
  ],
});

let world: CallWorld;
let s3: S3;

beforeEach(async () => {
  world = new CallWorld();
  const owner = { accountId: '000000000000', region: 'us-east-1' };
  const parts = { clock: systemClock, ids: systemIds, log: silentLog, ...owner };
  s3 = await S3.open({ folder: path.join(world.folder, 's3'), ...parts });
  for (const bucket of ['calls', 'closed']) await s3.createBucket(bucket);
  await s3.setBucketPolicy('calls', POLICY);
  await s3.put('calls', 'prompt.wav', writeWav({ sampleRate: RATE, samples: tone(PROMPT_HZ, RATE, RATE) }));
  await world.start({ s3 });
});
afterEach(() => world.close());

const types = () =>
  world.events.map(
    ({ InvocationEventType, ActionData }) => `${InvocationEventType} ${ActionData?.Type ?? ''}`,
  );
const record = (bucket: string, more: object = {}): Action => ({
  Type: 'RecordAudio',
  Parameters: { RecordingDestination: { Type: 'S3', BucketName: bucket, Prefix: 'mail/' }, ...more },
});
const startRecording: Action = {
  Type: 'StartCallRecording',
  Parameters: { Track: 'BOTH', Destination: { Type: 'S3', Location: 'calls/whole' } },
};
const prompt: Action = {
  Type: 'PlayAudio',
  Parameters: { AudioSource: { Type: 'S3', BucketName: 'calls', Key: 'prompt.wav' }, Repeat: 100 },
};

it('T-088, T-091, T-097 A call is recorded whole and in messages, whatever ends them', async () => {
  world.functions.first = ({ InvocationEventType, ActionData }) => {
    if (InvocationEventType === 'NEW_INBOUND_CALL')
      return [startRecording, record('calls', { RecordingTerminators: ['#'] })];
    if (InvocationEventType === 'ACTION_SUCCESSFUL' && ActionData?.Type === 'RecordAudio')
      return [record('calls')];
    return [];
  };
  const phone = await world.dial();
  await phone.answered();
  phone.line.sayTone(CALLER_HZ);
  await eventually('some of the message on disk', () => world.server.recordings.writtenMs >= 600);
  await phone.line.press('#');
  await eventually('the first message', () => types().includes('ACTION_SUCCESSFUL RecordAudio'));
  const first = world.events.findLast(({ ActionData }) => ActionData?.Type === 'RecordAudio')?.ActionData;
  const destination = first && 'RecordingDestination' in first ? first.RecordingDestination : undefined;
  expect(first).toMatchObject({
    RecordingTerminatorUsed: '#',
    RecordingDestination: { BucketName: 'calls' },
  });
  const message = parseWav((await s3.read('calls', destination?.Key ?? ''))?.body ?? new Uint8Array());
  expect(hasTone(message.samples, CALLER_HZ, RATE)).toBe(true);
  await phone.hangUp();
  await eventually('HANGUP', () => types().at(-1) === 'HANGUP Hangup');
  expect(types().at(-2)).toBe('ACTION_SUCCESSFUL RecordAudio');
  expect(world.events.at(-2)?.CallDetails.Participants[0]?.Status).toBe('Disconnected');
  await world.server.recordings.settled();
  const [whole] = s3.list('calls', 'whole/');
  expect(s3.list('calls', 'mail/')).toHaveLength(2);
  const { TransactionId } = world.events[0]!.CallDetails;
  expect(s3.metadata('calls', whole ?? '')).toMatchObject({ 'transaction-id': TransactionId });
});

it("T-090 A message ends at its caller's silence, which it includes", async () => {
  world.functions.first = ({ InvocationEventType }) =>
    InvocationEventType === 'NEW_INBOUND_CALL' ? [record('calls', { SilenceDurationInSeconds: 1 })] : [];
  const phone = await world.dial();
  await phone.answered();
  phone.line.sayTone(CALLER_HZ);
  await eventually('some of the message on disk', () => world.server.recordings.writtenMs >= 1_000);
  expect(types()).not.toContain('ACTION_SUCCESSFUL RecordAudio');
  phone.line.sayTone(0);
  await eventually('the message', () => types().includes('ACTION_SUCCESSFUL RecordAudio'));
  const told = world.events.findLast(({ ActionData }) => ActionData?.Type === 'RecordAudio')?.ActionData;
  expect(told).not.toHaveProperty('RecordingTerminatorUsed');
  const destination = told && 'RecordingDestination' in told ? told.RecordingDestination : undefined;
  const { samples } = parseWav((await s3.read('calls', destination?.Key ?? ''))?.body ?? new Uint8Array());
  expect(hasTone(samples.subarray(0, RATE / 2), CALLER_HZ, RATE)).toBe(true);
  expect(hasTone(samples.subarray(-RATE / 2), CALLER_HZ, RATE)).toBe(false);
  await phone.hangUp();
});

it('T-094 The caller is recorded left, and what it hears right', async () => {
  world.functions.first = ({ InvocationEventType }) =>
    InvocationEventType === 'NEW_INBOUND_CALL' ? [startRecording, prompt] : [];
  const phone = await world.dial();
  await phone.answered();
  phone.line.sayTone(CALLER_HZ);
  await waitForTone(phone, PROMPT_HZ);
  await eventually('a second on disk', () => world.server.recordings.writtenMs >= 1_000);
  await phone.hangUp();
  await eventually('no call left', () => world.server.host.size === 0);
  await world.server.recordings.settled();
  const [key] = s3.list('calls', 'whole/');
  const file = (await s3.read('calls', key ?? ''))?.body ?? Buffer.alloc(0);
  const channels = [0, 1].map((at) =>
    Int16Array.from({ length: (file.length - 44) / 4 }, (_, i) => file.readInt16LE(44 + i * 4 + at * 2)),
  );
  const halfSeconds = Array.from({ length: Math.floor(((channels[0]?.length ?? 0) * 2) / RATE) }, (_, n) =>
    channels.map((samples) => {
      const some = samples.subarray((n * RATE) / 2, ((n + 1) * RATE) / 2);
      return [CALLER_HZ, PROMPT_HZ].filter((hz) => hasTone(some, hz, RATE));
    }),
  );
  // Samples that a busy media thread leaves out are silence in the file; nothing is on the wrong side.
  expect(halfSeconds).toContainEqual([[CALLER_HZ], [PROMPT_HZ]]);
  expect(
    halfSeconds.filter(([left, right]) => left?.includes(PROMPT_HZ) || right?.includes(CALLER_HZ)),
  ).toEqual([]);
});

it('A bucket whose policy does not allow the service gets no recording', async () => {
  world.functions.first = ({ InvocationEventType, ActionData }) => {
    if (InvocationEventType === 'NEW_INBOUND_CALL') return [record('closed', { DurationInSeconds: 1 })];
    return ActionData?.Type === 'RecordAudio'
      ? [
          {
            Type: 'StartCallRecording',
            Parameters: { Track: 'BOTH', Destination: { Type: 'S3', Location: 'closed' } },
          },
        ]
      : [];
  };
  const phone = await world.dial();
  await phone.answered();
  await eventually('both failures', () => types().includes('ACTION_FAILED StartCallRecording'));
  expect(world.events.slice(1).map(({ ActionData }) => ActionData)).toMatchObject([
    {
      Type: 'RecordAudio',
      ErrorType: 'InvalidActionParameter',
      ErrorMessage: 'Error occurred while uploading recording to S3 bucket.',
    },
    {
      Type: 'StartCallRecording',
      ErrorType: 'NoAccessToDestination',
      Error: 'NoAccessToDestination: Error while accessing destination',
    },
  ]);
  await phone.hangUp();
});
