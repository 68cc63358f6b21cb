import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DynamoDb } from '#aws';
import { silentLog, systemClock, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import { startStreamConsumer, streamSettings } from './stream-consumer.ts';

interface SeenRecord {
  eventName: string;
  dynamodb: { Keys: object; NewImage?: object; OldImage?: object; SequenceNumber: string };
}

const ARN = 'arn:aws:dynamodb:us-east-1:000000000000:table/Calls/stream/local';
let folder: string;
let tables: DynamoDb;
let clock: ScriptedClock;
let batches: SeenRecord[][];
/** The function's answers, one per invocation: an error makes it fail; without an answer it succeeds. */
let answers: (object | Error)[];
let stop: () => void;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streams-'));
  const account = { accountId: '000000000000', region: 'us-east-1' };
  tables = await DynamoDb.open({ folder, clock: systemClock, log: silentLog, ...account });
  await tables.call('CreateTable', {
    TableName: 'Calls',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  clock = new ScriptedClock();
  [batches, answers] = [[], []];
});
afterEach(async () => {
  stop();
  await tables.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(properties: Record<string, unknown> = {}): void {
  const settings = streamSettings({ EventSourceArn: ARN, FunctionName: 'f', ...properties });
  stop = startStreamConsumer({
    ...settings,
    tables,
    clock,
    ids: systemIds,
    log: silentLog,
    functions: {
      async invoke(_arn, payload) {
        batches.push((JSON.parse(payload) as { Records: SeenRecord[] }).Records);
        const answer = answers.shift() ?? {};
        const functionError = answer instanceof Error ? { functionError: 'Unhandled' as const } : {};
        return { payload: JSON.stringify(answer), ...functionError } as never;
      },
    },
  });
}
const put = (id: string, more: object = {}) =>
  tables.call('PutItem', { TableName: 'Calls', Item: { id: { S: id }, ...more } });
const names = () => batches.map((batch) => batch.map(({ eventName }) => eventName));
const ids = () => batches.map((batch) => batch.map(({ dynamodb }) => JSON.stringify(dynamodb.Keys).at(-4)));
async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

it('A stream reports each change in order, with both images', async () => {
  start();
  await put('a', { n: { N: '1' } });
  await put('a', { n: { N: '2' } });
  // Nothing has changed, so the service reports nothing.
  await put('a', { n: { N: '2' } });
  await tables.call('DeleteItem', { TableName: 'Calls', Key: { id: { S: 'a' } } });
  await pass(0);
  expect(names()).toEqual([['INSERT', 'MODIFY', 'REMOVE']]);
  expect(batches[0]?.[1]?.dynamodb).toMatchObject({
    Keys: { id: { S: 'a' } },
    OldImage: { n: { N: '1' } },
    NewImage: { n: { N: '2' } },
  });
  expect(batches[0]?.[2]?.dynamodb).not.toHaveProperty('NewImage');
});

it('A failed batch is retried after a delay and before others', async () => {
  start({ BatchSize: 1 });
  answers = [new Error('no'), new Error('no')];
  await put('a');
  await put('b');
  await pass(0);
  await pass(499);
  expect(ids()).toEqual([['a']]);
  await pass(1);
  await pass(1_000);
  expect(ids()).toEqual([['a'], ['a'], ['a'], ['b']]);
});

it('A batch is dropped after its retries', async () => {
  start({ BatchSize: 1, MaximumRetryAttempts: 1 });
  answers = [new Error('no'), new Error('no')];
  await put('a');
  await put('b');
  await pass(0);
  await pass(500);
  expect(ids()).toEqual([['a'], ['a'], ['b']]);
});

it('A function that reports failed items gets the rest again', async () => {
  start({ FunctionResponseTypes: ['ReportBatchItemFailures'], MaximumBatchingWindowInSeconds: 1 });
  await put('a');
  await put('b');
  await put('c');
  answers = [{ batchItemFailures: [{ itemIdentifier: 'unknown' }] }];
  await pass(1_000);
  const second = batches[0]?.[1]?.dynamodb.SequenceNumber;
  answers = [{ batchItemFailures: [{ itemIdentifier: second }] }];
  await pass(500);
  await pass(500);
  expect(ids()).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
    ['b', 'c'],
  ]);
});

it('A filter pattern of the mapping selects changes', async () => {
  const Pattern = JSON.stringify({ eventName: ['INSERT'], dynamodb: { NewImage: { kind: { S: ['x'] } } } });
  start({ FilterCriteria: { Filters: [{ Pattern }] } });
  await put('a', { kind: { S: 'x' } });
  await put('b', { kind: { S: 'y' } });
  await put('a', { kind: { S: 'x' }, more: { N: '1' } });
  await pass(0);
  expect(ids()).toEqual([['a']]);
});

it('A table reports changes until its stream is disabled', async () => {
  start();
  const described = async () => (await tables.call('DescribeTable', { TableName: 'Calls' })).Table;
  expect(await described()).toMatchObject({
    LatestStreamArn: ARN,
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  await tables.call('UpdateTable', { TableName: 'Calls', StreamSpecification: { StreamEnabled: false } });
  expect(await described()).not.toHaveProperty('LatestStreamArn');
  await put('a');
  await pass(0);
  expect(batches).toEqual([]);
});
