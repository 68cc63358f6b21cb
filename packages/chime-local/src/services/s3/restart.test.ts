import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '#platform';
import { S3 } from './s3.ts';

let folder: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const open = () =>
  S3.open({
    folder,
    clock: systemClock,
    ids: systemIds,
    log: silentLog,
    accountId: '123456789012',
    region: 'us-east-1',
  });

/**
 * Replaces three objects in turn. Each body repeats its number, which is printed once the write is
 * acknowledged.
 */
const WRITER = `
  import { S3 } from ${JSON.stringify(new URL('./s3.ts', import.meta.url).href)};
  import { silentLog, systemClock, systemIds } from '#platform';
  const s3 = await S3.open({ folder: process.argv.at(-1), clock: systemClock, ids: systemIds, log: silentLog, accountId: '123456789012', region: 'us-east-1' });
  await s3.createBucket('killed');
  for (let n = 0; ; n++) {
    await s3.put('killed', 'key/' + (n % 3), Buffer.from((n + ' ').repeat(20_000)));
    process.stdout.write(n + '\\n');
  }
`;

it('Every acknowledged object survives intact when the process is killed', async () => {
  child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', WRITER, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = -1;
  for await (const line of createInterface({ input: child.stdout! })) {
    acknowledged = Number(line);
    if (acknowledged >= 60) break;
  }
  child.kill('SIGKILL');
  await once(child, 'exit');

  const s3 = await open();
  expect(s3.list('killed')).toEqual(['key/0', 'key/1', 'key/2']);
  for (const key of s3.list('killed')) {
    const text = (await s3.read('killed', key))!.body.toString();
    const number = Number.parseInt(text, 10);
    expect(text).toBe(`${number} `.repeat(20_000));
    expect(number).toBeGreaterThanOrEqual(acknowledged - 2);
  }
  expect(await readdir(join(folder, 'killed', 'data'))).toHaveLength(3);
  expect(await readdir(join(folder, 'killed', 'objects'))).toHaveLength(3);
});
