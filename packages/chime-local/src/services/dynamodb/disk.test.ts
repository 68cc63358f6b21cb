import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '#platform';
import { limitFileSize, ScriptedClock } from '#testkit';
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

const limitFiles = (bytes: number | 'unlimited'): void => limitFileSize(process.pid, bytes);

const put = (id: string) =>
  tables.call('PutItem', { TableName: 'calls', Item: { id: { S: id }, fill: { S: 'x'.repeat(3000) } } });
const ids = async () =>
  ((await tables.call('Scan', { TableName: 'calls' })).Items as { id: { S: string } }[]).map(
    ({ id }) => id.S,
  );

it('A full disk leaves tables readable; writes resume once there is space', async () => {
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

it.each<[string, () => void, () => void]>([
  // The files that reopening rewrites are larger than the free space.
  ['no room for a log', () => limitFiles(150_000), () => {}],
  ['no lock', () => limitFiles(0), () => block('LOCK')],
])('Tables that cannot be reopened stay readable: %s', async (_what, fail, spoil) => {
  // Random data, which LevelDB's compression does not shrink.
  const fill = (id: string) => ({ id: { S: id }, fill: { B: randomBytes(40_000).toString('base64') } });
  const putLarge = (id: string) => tables.call('PutItem', { TableName: 'calls', Item: fill(id) });
  for (const id of ['1', '2', '3']) await putLarge(id);
  fail();
  await expect(putLarge('late')).rejects.toThrow();
  spoil();
  for (let tries = 0; tries < 3; tries++) {
    await expect(putLarge('late')).rejects.toThrow();
    expect((await ids()).sort()).toEqual(['1', '2', '3']);
  }
  limitFiles('unlimited');
  rmSync(join(folder, 'LOCK'), { recursive: true, force: true });
  await putLarge('4');
  expect((await ids()).sort()).toEqual(['1', '2', '3', '4']);
});

/** Frees the disk again, but puts a folder where LevelDB expects a file. */
function block(name: string): void {
  limitFiles('unlimited');
  rmSync(join(folder, name));
  mkdirSync(join(folder, name));
}
