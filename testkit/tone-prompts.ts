import type { S3Client } from '@aws-sdk/client-s3';
import { tone, writeWav } from '#audio';
import { awsConfig } from './aws-config.ts';
import type { RunningStack } from './running-stack.ts';

const RATE = 8000;

/** The sound of each prompt in tests: a tone of its own; none is a multiple of another. */
export const PROMPT_TONES = {
  'welcome.wav': { hz: 500, ms: 200 },
  // A second of silence, then the welcome and the question, each with its own tone.
  'welcome-enter-pin.wav': { silenceMs: 1000, hz: 500, ms: 200, followedBy: 'enter-pin.wav' },
  'enter-pin.wav': { hz: 610, ms: 6000 },
  'wrong-pin.wav': { hz: 700, ms: 400 },
  'hold-on.wav': { hz: 1940, ms: 400 },
  'too-many-tries.wav': { hz: 790, ms: 400 },
  'joined.wav': { hz: 870, ms: 300 },
  'muted.wav': { hz: 970, ms: 300 },
  'unmuted.wav': { hz: 1090, ms: 300 },
  'others-muted.wav': { hz: 1190, ms: 300 },
  'others-unmuted.wav': { hz: 1310, ms: 300 },
  'announcement.wav': { hz: 1430, ms: 400 },
  // The call ends after it: a browser whose playback lags would not play a short one.
  'meeting-ended.wav': { hz: 1570, ms: 1000 },
  'sorry.wav': { hz: 1640, ms: 400 },
  'test-long.wav': { hz: 1730, ms: 20_000 },
  'test-short.wav': { hz: 1870, ms: 300 },
} as const;

export type PromptName = keyof typeof PROMPT_TONES;

// The SDK takes a second to load, and every unit test that needs a clock loads this file.
const sdk = () => import('@aws-sdk/client-s3');

/** An S3 client of the stack's emulated AWS. */
export async function s3Of(stack: RunningStack): Promise<S3Client> {
  const { S3Client } = await sdk();
  return new S3Client(awsConfig(stack));
}

/** The name of the bucket with the prompts. */
export async function promptsBucket(s3: S3Client): Promise<string> {
  const { ListBucketsCommand } = await sdk();
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const name = Buckets.map((bucket) => bucket.Name ?? '').find((bucket) => bucket.includes('outgoingwav'));
  if (!name) throw new Error('The stack has no prompts bucket.');
  return name;
}

/** Replaces the prompts of a running stack by tones, so that a test can hear which one plays. */
export async function plantTones(stack: RunningStack): Promise<void> {
  const { PutObjectCommand } = await sdk();
  const s3 = await s3Of(stack);
  const Bucket = await promptsBucket(s3);
  for (const [Key, prompt] of Object.entries(PROMPT_TONES)) {
    const parts = 'followedBy' in prompt ? [prompt, PROMPT_TONES[prompt.followedBy]] : [prompt];
    const tones = parts.flatMap(({ hz, ms }) => [...tone(hz, (ms * RATE) / 1000, RATE)]);
    const silence = new Array('silenceMs' in prompt ? (prompt.silenceMs * RATE) / 1000 : 0).fill(0);
    const samples = Int16Array.from([...silence, ...tones]);
    const Body = writeWav({ sampleRate: RATE, samples });
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'audio/wav' }));
  }
  s3.destroy();
}
