import path from 'node:path';
import { type EntryOf, readRecord } from 'pstn-audio/record';
import { afterEach, beforeEach, it } from 'vitest';
import { tone, writeWav } from '#audio';
import { CallRecords } from '#call-record';
import { silentLog, systemClock } from '#platform';
import { eventually, waitForTone } from '#testkit';
import { bucketOf, CallWorld, onArrival } from './testing/call-world.ts';

const RATE = 8_000;
const PROMPT_HZ = 900;
const CALLER_HZ = 400;

let world: CallWorld;
let records: CallRecords;

beforeEach(async () => {
  world = new CallWorld();
  const folder = path.join(world.folder, 'calls');
  records = new CallRecords({ folder, keys: 'masked', writer: 'test', clock: systemClock, log: silentLog });
  await records.open();
  const s3 = bucketOf(writeWav({ sampleRate: RATE, samples: tone(PROMPT_HZ, RATE, RATE) }));
  await world.start({ s3 }, { records });
});
afterEach(() => world.close());

/** The levels of the only call, as far as they have been recorded. */
async function levelsTold(): Promise<EntryOf<'Levels'>[]> {
  await records.written();
  const [row] = await records.summaries();
  const read = await records.read(row?.transactionId ?? '');
  return readRecord(read?.text ?? '').entries.filter((entry) => entry.kind === 'Levels');
}

it('A record has the levels of what its caller said and heard', async () => {
  const AudioSource = { Type: 'S3' as const, BucketName: 'prompts', Key: 'prompt.wav' };
  world.functions.first = onArrival({ Type: 'PlayAudio', Parameters: { AudioSource, Repeat: 100 } });
  const phone = await world.dial();
  await phone.answered();
  phone.line.sayTone(CALLER_HZ);
  await waitForTone(phone, PROMPT_HZ);
  // Without a watcher, levels are only reported every ten seconds.
  const stopWatching = records.observe(() => {});
  const loudest = (levels: readonly EntryOf<'Levels'>[], direction: 'heard' | 'said') =>
    Math.min(...levels.flatMap((entry) => entry[direction]?.peak ?? []));
  await eventually('levels of both directions', async () => {
    const levels = await levelsTold();
    return loudest(levels, 'heard') < 30 && loudest(levels, 'said') < 30;
  });
  stopWatching();
  await phone.hangUp();
  await eventually('no call left', () => world.server.host.size === 0);
});
