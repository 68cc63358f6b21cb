import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog, systemClock } from '#platform';
import { DynamoDb } from './dynamodb.ts';

let folder: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynamodb-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const open = () => openIn(folder);
const openIn = (where: string | undefined) =>
  DynamoDb.open({
    folder: where,
    clock: systemClock,
    log: silentLog,
    accountId: '000000000000',
    region: 'us-east-1',
  });

const TABLE = {
  TableName: 'meetings',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'call', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byCall',
      KeySchema: [{ AttributeName: 'call', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

/**
 * Puts pairs of items endlessly, each pair in a transaction, and prints the pair's number once it is
 * acknowledged.
 */
const WRITER = `
  import { DynamoDb } from ${JSON.stringify(new URL('./dynamodb.ts', import.meta.url).href)};
  import { silentLog, systemClock } from '#platform';
  const service = await DynamoDb.open({ folder: process.argv.at(-1), clock: systemClock, log: silentLog, accountId: '000000000000', region: 'us-east-1' });
  await service.call('CreateTable', ${JSON.stringify(TABLE)});
  await service.call('UpdateTimeToLive', { TableName: 'meetings', TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } });
  for (let n = 0; ; n++) {
    const item = (half) => ({ Put: { TableName: 'meetings', Item: { id: { S: n + half }, call: { S: 'same' }, text: { S: 'x'.repeat(500) } } } });
    await service.call('TransactWriteItems', { TransactItems: [item('a'), item('b')] });
    process.stdout.write(n + '\\n');
  }
`;

it('Every acknowledged write survives when the process is killed', async () => {
  child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', WRITER, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = -1;
  for await (const line of createInterface({ input: child.stdout! })) {
    acknowledged = Number(line);
    if (acknowledged >= 200) break;
  }
  child.kill('SIGKILL');
  await once(child, 'exit');

  const service = await open();
  const all = async (IndexName?: string): Promise<string[]> => {
    const ids: string[] = [];
    let ExclusiveStartKey: unknown;
    do {
      const more = {
        ...(IndexName ? { IndexName } : {}),
        ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
      };
      const page = await service.call('Scan', { TableName: 'meetings', Limit: 150, ...more });
      ids.push(...(page.Items as { id: { S: string } }[]).map((item) => item.id.S));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return ids.sort();
  };
  const ids = await all();
  for (let n = 0; n <= acknowledged; n++) {
    expect(ids).toContain(`${n}a`);
    expect(ids).toContain(`${n}b`);
  }
  expect(ids.length % 2).toBe(0);
  expect(await all('byCall')).toEqual(ids);
  expect(await service.call('DescribeTimeToLive', { TableName: 'meetings' })).toMatchObject({
    TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED' },
  });
  await service.close();
});

it('Closed tables can be reopened; tables in use elsewhere are refused', async () => {
  const first = await open();
  await first.call('CreateTable', TABLE);
  await expect(open()).rejects.toThrow(/open in another process/);
  await first.close();
  const second = await open();
  expect(await second.call('ListTables', {})).toEqual({ TableNames: ['meetings'] });
  await second.close();
});

it('Tables without a folder answer in order and vanish when closed', async () => {
  const first = await openIn(undefined);
  const other = await openIn(undefined);
  await first.call('CreateTable', TABLE);
  expect(await other.call('ListTables', {})).toEqual({ TableNames: [] });
  const put = (id: string, call: string) => ({
    Put: { TableName: 'meetings', Item: { id: { S: id }, call: { S: call } } },
  });
  await first.call('TransactWriteItems', {
    TransactItems: [put('1', 'é'), put('2', '\uffff'), put('3', 'é')],
  });
  await first.call('DeleteItem', { TableName: 'meetings', Key: { id: { S: '3' } } });
  const found = await first.call('Query', {
    TableName: 'meetings',
    IndexName: 'byCall',
    KeyConditionExpression: '#call = :call',
    ExpressionAttributeNames: { '#call': 'call' },
    ExpressionAttributeValues: { ':call': { S: 'é' } },
  });
  expect(found.Items).toEqual([{ id: { S: '1' }, call: { S: 'é' } }]);
  await first.close();
  await other.close();
  const again = await openIn(undefined);
  expect(await again.call('ListTables', {})).toEqual({ TableNames: [] });
  await again.close();
});
