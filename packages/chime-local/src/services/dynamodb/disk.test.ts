import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { DynamoDb } from './dynamodb.ts';

const told: string[] = [];
let folder: string;
let tables: DynamoDb;

const open = () =>
  DynamoDb.open({
    folder,
    clock: new ScriptedClock(),
    log: silentLog,
    accountId: '000000000000',
    region: 'us-east-1',
    disk: {
      onTrouble: (error) => void told.push(error.message),
      onRecovery: (what) => void told.push(`${what} again`),
    },
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tables-'));
  tables = await open();
  await tables.call('CreateTable', {
    TableName: 'calls',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
});

afterEach(async () => {
  limitFiles('unlimited');
  await tables.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As on a full disk, no file of this process may grow beyond so many bytes: setrlimit(2), RLIMIT_FSIZE. */
function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]);
}

const put = (id: string) =>
  tables.call('PutItem', { TableName: 'calls', Item: { id: { S: id }, fill: { S: 'x'.repeat(3000) } } });
const ids = async () =>
  ((await tables.call('Scan', { TableName: 'calls' })).Items as { id: { S: string } }[]).map(
    ({ id }) => id.S,
  );

it('A full disk leaves tables readable; writes go on with room', async () => {
  await put('before');
  limitFiles(0);
  for (const id of ['1', '2', '3']) await expect(put(id)).rejects.toThrow();
  expect(told[0]).toMatch(/cannot be written .*Is the disk full\?$/);
  expect(await ids()).toEqual(['before']);
  limitFiles('unlimited');
  await put('after');
  expect(told.at(-1)).toBe(`${folder} again`);
  expect((await ids()).sort()).toEqual(['after', 'before']);
  await tables.close();
  tables = await open();
  expect((await ids()).sort()).toEqual(['after', 'before']);
});
