import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hasTone } from '#audio';
import type { Endpoints } from '#runtime';
import { eventually, Telephone, waitForMoreSound } from '#testkit';

const ROOT = path.resolve(import.meta.dirname, '../..');
const NUMBER = '+12015550100';
const MESSAGE = '+15557774001';
const WHOLE = '+15557774002';
const HZ = 420;
const RATE = 8000;
/** Bytes before the samples, and of a sample of one channel. */
const WAV_HEADER = 44;
const SAMPLE = 2;
/** Milliseconds for which both calls are recorded, and how many a kill may cost. */
const RECORDED_MS = 5_000;
const LOST_MS = 1_000;
const PACKET_MS = 20;

const HANDLER = `
const Destination = { Type: 'S3', Location: 'kept/whole' };
const RecordingDestination = { Type: 'S3', BucketName: 'kept', Prefix: 'message/' };
const ANSWERS = {
  '${MESSAGE}': [{ Type: 'RecordAudio', Parameters: { RecordingDestination } }],
  '${WHOLE}': [
    { Type: 'Speak', Parameters: { Text: 'Go on.' } },
    { Type: 'StartCallRecording', Parameters: { Track: 'INCOMING', Destination } },
  ],
};
export const handler = async ({ InvocationEventType, CallDetails }) => ({
  SchemaVersion: '1.0',
  Actions: InvocationEventType === 'NEW_INBOUND_CALL' ? ANSWERS[CallDetails.Participants[0].From] : [],
});
`;

let folder: string;
let child: ChildProcess | undefined;
let starts = 0;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'killed-recordings-'));
  mkdirSync(path.join(folder, 'kept'));
  writeFileSync(path.join(folder, 'handler.mjs'), HANDLER);
  const config = {
    functions: { answer: { source: './handler.mjs' } },
    buckets: { kept: { folder: './kept' } },
    sipMediaApplications: { main: { function: 'answer' } },
    numbers: { [NUMBER]: 'main' },
  };
  writeFileSync(path.join(folder, 'chime-local.config.json'), JSON.stringify(config));
});

afterAll(async () => {
  await kill();
  rmSync(folder, { recursive: true, force: true });
});

/** The runtime as a separate process, on the same data each time. */
async function start(): Promise<Endpoints> {
  starts += 1;
  const file = path.join(folder, `endpoints-${starts}.json`);
  const bin = path.join(ROOT, 'packages/chime-local/bin/chime-local.mjs');
  const options = [
    '--port',
    '0',
    '--sip-port',
    '0',
    '--endpoints',
    file,
    '--data',
    path.join(folder, 'data'),
  ];
  let output = '';
  const started = spawn(process.execPath, [bin, ...options], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  for (const stream of [started.stdout, started.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  await eventually('the runtime is ready', () => existsSync(file), {
    withinMs: 120_000,
    instead: () => output,
    hopeless: () => started.exitCode !== null && `it ended: ${output}`,
  });
  return JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
}

/** The number of recordings in progress that have sound on disk. */
function recordingsWithSound(): number {
  const recordings = path.join(folder, 'data', 'recordings');
  const files = readdirSync(recordings).filter((name) => name.endsWith('.wav'));
  return files.filter((name) => statSync(path.join(recordings, name)).size > WAV_HEADER).length;
}

/** Kills the process as `kill -9` does. */
async function kill(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child?.once('close', resolve));
  child.kill('SIGKILL');
  await closed;
}

/** The samples of the only object with the prefix, without the file's header. */
async function samplesBelow(endpoints: Endpoints, Prefix: string): Promise<Int16Array> {
  const { awsEndpoint: endpoint, awsRegion: region, ...keys } = endpoints;
  const credentials = { accessKeyId: keys.awsAccessKeyId, secretAccessKey: keys.awsSecretAccessKey };
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const Bucket = 'kept';
  const found = await eventually(`an object below ${Prefix}`, async () => {
    return (await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents?.[0];
  });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: found.Key }));
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
  s3.destroy();
  return Int16Array.from({ length: (bytes.length - WAV_HEADER) / SAMPLE }, (_, at) =>
    bytes.readInt16LE(WAV_HEADER + SAMPLE * at),
  );
}

it('A killed process loses no more than a second of its recordings', async () => {
  const first = await start();
  const calls = await Promise.all(
    [MESSAGE, WHOLE].map(async (from) => {
      const phone = await Telephone.call({ server: first.sip, to: NUMBER, from });
      phone.line.sayTone(HZ);
      return phone;
    }),
  );
  await eventually('both are on disk', () => recordingsWithSound() === calls.length);
  // Measured by what the telephones hear, which is mixed by the thread that records.
  const before = calls.map(({ line }) => line.heard.length);
  await Promise.all(calls.map((phone) => waitForMoreSound(phone, RECORDED_MS)));
  const heard = calls.map(({ line }, index) => line.heard.length - (before[index] ?? 0));
  const recorded = Math.min(...heard) * PACKET_MS;
  await kill();
  for (const phone of calls) phone.close();

  const second = await start();
  const kept = await samplesBelow(second, 'message/');
  expect((kept.length / RATE) * 1_000).toBeGreaterThan(recorded - LOST_MS);
  expect(hasTone(kept.subarray(RATE, 3 * RATE), HZ, RATE)).toBe(true);
  const all = await samplesBelow(second, 'whole/');
  expect((all.length / RATE) * 1_000).toBeGreaterThan(recorded - LOST_MS);
  expect(hasTone(all.subarray(0, RATE), HZ, RATE)).toBe(true);
});
