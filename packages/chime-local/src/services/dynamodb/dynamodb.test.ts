import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import * as dynamo from '@aws-sdk/client-dynamodb';
import {
  type CreateTableCommandInput,
  DynamoDBClient,
  TransactionCanceledException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import { type AwsEndpoint, AwsPort, startAwsEndpoint } from '../front/index.ts';
import { DynamoDb } from './dynamodb.ts';
import { serveAlone } from './testing/loopback.ts';

const TABLE: CreateTableCommandInput = {
  TableName: 'meetings',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'meetingId', AttributeType: 'S' },
    { AttributeName: 'attendeeId', AttributeType: 'S' },
    { AttributeName: 'callId', AttributeType: 'S' },
    { AttributeName: 'since', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'meetingId', KeyType: 'HASH' },
    { AttributeName: 'attendeeId', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byCall',
      KeySchema: [
        { AttributeName: 'callId', KeyType: 'HASH' },
        { AttributeName: 'since', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'bySince',
      KeySchema: [
        { AttributeName: 'meetingId', KeyType: 'HASH' },
        { AttributeName: 'since', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

const clock = new ScriptedClock();
let folder: string;
let service: DynamoDb;
let server: AwsEndpoint;
let client: DynamoDBClient;
let documents: DynamoDBDocumentClient;

const open = () =>
  DynamoDb.open({ folder, clock, log: silentLog, accountId: '000000000000', region: 'us-east-1' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynamodb-'));
  service = await open();
  server = startAwsEndpoint(await AwsPort.open({ address: '127.0.0.1', port: 0 }), {
    credentials: (id) =>
      id === 'test' ? { secretAccessKey: 'test', arn: 'arn:aws:iam::000000000000:user/test' } : undefined,
    services: [service],
    log: silentLog,
    clock: systemClock,
    ids: systemIds,
  });
  client = new DynamoDBClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  documents = DynamoDBDocumentClient.from(client);
  await client.send(new dynamo.CreateTableCommand(TABLE));
});

afterAll(async () => {
  client.destroy();
  await server.close();
  await rm(folder, { recursive: true });
});

const put = (meetingId: string, attendeeId: string, more: Record<string, unknown> = {}) =>
  documents.send(new PutCommand({ TableName: 'meetings', Item: { meetingId, attendeeId, ...more } }));
const get = async (meetingId: string, attendeeId: string) =>
  (await documents.send(new GetCommand({ TableName: 'meetings', Key: { meetingId, attendeeId } }))).Item;

describe('tables', () => {
  it('Tables are created, described, listed, and deleted with their items', async () => {
    const input = { ...TABLE, TableName: 'short-lived', Tags: [{ Key: 'a', Value: 'b' }] };
    const created = await client.send(new dynamo.CreateTableCommand(input));
    expect(created.TableDescription?.TableStatus).toBe('CREATING');
    expect(created.TableDescription?.TableArn).toBe(
      'arn:aws:dynamodb:us-east-1:000000000000:table/short-lived',
    );
    await waitUntilTableExists({ client, maxWaitTime: 2, minDelay: 1 }, { TableName: 'short-lived' });
    const { Table } = await client.send(new dynamo.DescribeTableCommand({ TableName: 'short-lived' }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', DeletionProtectionEnabled: false });
    expect(Table?.GlobalSecondaryIndexes?.[0]?.IndexStatus).toBe('ACTIVE');
    expect((await client.send(new dynamo.ListTablesCommand({}))).TableNames).toEqual([
      'meetings',
      'short-lived',
    ]);
    const tags = await client.send(new dynamo.ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }));
    expect(tags.Tags).toEqual([{ Key: 'a', Value: 'b' }]);
    const item = { meetingId: 'm', attendeeId: 'a', callId: 'c', since: 1 };
    await documents.send(new PutCommand({ TableName: 'short-lived', Item: item }));
    await client.send(new dynamo.DeleteTableCommand({ TableName: 'short-lived' }));
    await expect(
      client.send(new dynamo.DescribeTableCommand({ TableName: 'short-lived' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } });
    await client.send(new dynamo.CreateTableCommand(input));
    expect((await documents.send(new ScanCommand({ TableName: 'short-lived' }))).Items).toEqual([]);
    expect(
      (await documents.send(new ScanCommand({ TableName: 'short-lived', IndexName: 'byCall' }))).Items,
    ).toEqual([]);
    await client.send(new dynamo.DeleteTableCommand({ TableName: 'short-lived' }));
  });

  it('A table is not created twice; a protected table is not deleted', async () => {
    await expect(client.send(new dynamo.CreateTableCommand(TABLE))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    const TableName = 'protected';
    await client.send(
      new dynamo.CreateTableCommand({ ...TABLE, TableName, DeletionProtectionEnabled: true }),
    );
    await expect(client.send(new dynamo.DeleteTableCommand({ TableName }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await client.send(new dynamo.UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
    await client.send(new dynamo.DeleteTableCommand({ TableName }));
  });

  it('call() also reaches tables and does not modify its input', async () => {
    const input = { TableName: 'meetings', Key: { meetingId: { S: 'x' }, attendeeId: { S: 'y' } }, Odd: 1 };
    expect(await service.call('GetItem', input)).toEqual({});
    expect(input.Odd).toBe(1);
    await expect(service.call('Nonsense', {})).rejects.toMatchObject({ name: 'UnknownOperationException' });
    await expect(service.call('toString', {})).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});

describe('items', () => {
  it('Items keep every type of attribute', async () => {
    const item = {
      text: 'ü€😀',
      number: 12.5,
      yes: true,
      nothing: null,
      bytes: new Uint8Array([0, 1, 255]),
      list: [1, 'two', { three: [3] }],
      map: { a: { b: { c: 'd' } } },
      texts: new Set(['a', 'b']),
      numbers: new Set([1, 2]),
    };
    await put('types', 'a', item);
    expect(await get('types', 'a')).toEqual({ meetingId: 'types', attendeeId: 'a', ...item });
  });

  it('A put whose condition fails returns the existing item', async () => {
    await put('condition', 'a', { state: 'old' });
    const input = {
      TableName: 'meetings',
      Item: { meetingId: 'condition', attendeeId: 'a', state: 'new' },
      ConditionExpression: 'attribute_not_exists(meetingId)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    await expect(documents.send(new PutCommand(input))).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { state: { S: 'old' } },
    });
    expect(await get('condition', 'a')).toMatchObject({ state: 'old' });
  });

  it('Items are updated by expressions', async () => {
    const Key = { meetingId: 'update', attendeeId: 'a' };
    const update = (UpdateExpression: string, values: Record<string, unknown>) =>
      documents.send(
        new UpdateCommand({
          TableName: 'meetings',
          Key,
          UpdateExpression,
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        }),
      );
    await update('SET steps = list_append(if_not_exists(steps, :none), :one) ADD hits :n', {
      ':none': [],
      ':one': ['a'],
      ':n': 1,
    });
    const { Attributes } = await update(
      'SET steps = list_append(if_not_exists(steps, :none), :one) ADD hits :n',
      { ':none': [], ':one': ['b'], ':n': 2 },
    );
    expect(Attributes).toEqual({ ...Key, steps: ['a', 'b'], hits: 3 });
    await Promise.all(Array.from({ length: 40 }, () => update('ADD hits :n', { ':n': 1 })));
    expect(await get('update', 'a')).toMatchObject({ hits: 43 });
  });

  it('Items are found by key, range, filter and page in both directions', async () => {
    for (let n = 0; n < 12; n++) await put('pages', `a${String(n).padStart(2, '0')}`, { odd: n % 2 === 1 });
    const ids = async (more: object): Promise<string[]> => {
      const found: string[] = [];
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const page = await documents.send(
          new QueryCommand({
            TableName: 'meetings',
            KeyConditionExpression: 'meetingId = :m',
            Limit: 5,
            ...more,
            ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
            ExpressionAttributeValues: { ':m': 'pages', ...(more as { values?: object }).values },
          }),
        );
        found.push(...(page.Items ?? []).map((item) => String(item.attendeeId)));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return found;
    };
    const all = Array.from({ length: 12 }, (_, n) => `a${String(n).padStart(2, '0')}`);
    expect(await ids({})).toEqual(all);
    expect(await ids({ ScanIndexForward: false })).toEqual([...all].reverse());
    expect(
      await ids({
        KeyConditionExpression: 'meetingId = :m AND begins_with(attendeeId, :p)',
        values: { ':p': 'a1' },
      }),
    ).toEqual(['a10', 'a11']);
    expect(await ids({ FilterExpression: 'odd = :o', values: { ':o': true } })).toHaveLength(6);
  });

  it('Items that share an index key are all found in the index', async () => {
    // 6000 items share an index key: with entries distinguished by a 24-bit hash, at least one would
    // certainly be lost.
    const count = 6000;
    for (let n = 0; n < count; n += 25) {
      const items = Array.from({ length: 25 }, (_, k) => ({
        PutRequest: {
          Item: {
            meetingId: { S: 'index' },
            attendeeId: { S: `a${n + k}` },
            callId: { S: 'same' },
            since: { N: '7' },
          },
        },
      }));
      await service.call('BatchWriteItem', { RequestItems: { meetings: items } });
    }
    let found = 0;
    let ExclusiveStartKey: unknown;
    const seen = new Set<string>();
    do {
      const page = await service.call('Query', {
        TableName: 'meetings',
        IndexName: 'byCall',
        KeyConditionExpression: 'callId = :c',
        ExpressionAttributeValues: { ':c': { S: 'same' } },
        Limit: 999,
        ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
      });
      found += Number(page.Count);
      for (const item of page.Items as { attendeeId: { S: string } }[]) seen.add(item.attendeeId.S);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    expect(found).toBe(count);
    expect(seen.size).toBe(count);
  });

  it('Items move within the index when their index key changes', async () => {
    await put('move', 'a', { callId: 'before', since: 1 });
    await put('move', 'a', { callId: 'after', since: 1 });
    const inIndex = async (callId: string) =>
      (
        await documents.send(
          new QueryCommand({
            TableName: 'meetings',
            IndexName: 'byCall',
            KeyConditionExpression: 'callId = :c AND since > :s',
            ExpressionAttributeValues: { ':c': callId, ':s': 0 },
          }),
        )
      ).Count;
    expect([await inIndex('before'), await inIndex('after')]).toEqual([0, 1]);
    await documents.send(
      new DeleteCommand({ TableName: 'meetings', Key: { meetingId: 'move', attendeeId: 'a' } }),
    );
    expect(await inIndex('after')).toBe(0);
  });

  it('A local index that projects only keys can return whole items', async () => {
    await put('local', 'b', { since: 1, name: 'first' });
    await put('local', 'a', { since: 2, name: 'second' });
    const query = (Select?: 'ALL_ATTRIBUTES') =>
      documents.send(
        new QueryCommand({
          TableName: 'meetings',
          IndexName: 'bySince',
          KeyConditionExpression: 'meetingId = :m',
          ExpressionAttributeValues: { ':m': 'local' },
          ...(Select ? { Select } : {}),
        }),
      );
    expect((await query()).Items?.map((item) => item.name)).toEqual([undefined, undefined]);
    expect((await query('ALL_ATTRIBUTES')).Items?.map((item) => item.name)).toEqual(['first', 'second']);
  });

  it('Items are written and read in batches', async () => {
    const requests = ['a', 'b', 'c'].map((attendeeId) => ({
      PutRequest: { Item: { meetingId: 'batch', attendeeId } },
    }));
    await documents.send(new BatchWriteCommand({ RequestItems: { meetings: requests } }));
    const read = await documents.send(
      new BatchGetCommand({
        RequestItems: {
          meetings: { Keys: ['a', 'b', 'c', 'd'].map((attendeeId) => ({ meetingId: 'batch', attendeeId })) },
        },
      }),
    );
    expect(read.Responses?.meetings).toHaveLength(3);
  });
});

describe('transactions', () => {
  const change = (TransactItems: object[], ClientRequestToken?: string) =>
    documents.send(
      new TransactWriteCommand({
        TransactItems: TransactItems as never,
        ...(ClientRequestToken ? { ClientRequestToken } : {}),
      }),
    );
  const item = (attendeeId: string, more: object = {}) => ({
    Put: { TableName: 'meetings', Item: { meetingId: 'tx', attendeeId, ...more } },
  });

  it('A transaction applies all of its operations', async () => {
    await put('tx', 'gone');
    await put('tx', 'changed', { n: 1 });
    await change([
      item('new'),
      { Delete: { TableName: 'meetings', Key: { meetingId: 'tx', attendeeId: 'gone' } } },
      {
        Update: {
          TableName: 'meetings',
          Key: { meetingId: 'tx', attendeeId: 'changed' },
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': 1 },
        },
      },
    ]);
    const { Responses } = await documents.send(
      new TransactGetCommand({
        TransactItems: ['new', 'gone', 'changed'].map((attendeeId) => ({
          Get: { TableName: 'meetings', Key: { meetingId: 'tx', attendeeId } },
        })),
      }),
    );
    expect(Responses?.map((response) => response.Item)).toEqual([
      { meetingId: 'tx', attendeeId: 'new' },
      undefined,
      { meetingId: 'tx', attendeeId: 'changed', n: 2 },
    ]);
  });

  it('A transaction with a failing operation applies nothing and gives the reason', async () => {
    const check = {
      ConditionCheck: {
        TableName: 'meetings',
        Key: { meetingId: 'tx', attendeeId: 'kept' },
        ConditionExpression: 'attribute_not_exists(meetingId)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    };
    await put('tx', 'kept', { n: 5 });
    const error = await change([item('never'), check]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransactionCanceledException);
    expect((error as TransactionCanceledException).CancellationReasons).toMatchObject([
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Item: { n: { N: '5' } } },
    ]);
    expect(await get('tx', 'never')).toBeUndefined();
    expect(await get('tx', 'kept')).toMatchObject({ n: 5 });
  });

  it('A transaction is applied once per token', async () => {
    const add = {
      Update: {
        TableName: 'meetings',
        Key: { meetingId: 'tx', attendeeId: 'once' },
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': 1 },
      },
    };
    await change([add], 'token-1');
    await change([add], 'token-1');
    expect(await get('tx', 'once')).toMatchObject({ n: 1 });
    await expect(change([item('other')], 'token-1')).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
  });

  it('Transactions with a repeated item, no items or 101 items are refused', async () => {
    await expect(change([item('same'), item('same')])).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(service.call('TransactWriteItems', { TransactItems: [] })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const many = Array.from({ length: 101 }, (_, n) => item(`m${n}`));
    await expect(change(many)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('settings', () => {
  it('Only items past their time to live are deleted', async () => {
    const ttl = {
      TableName: 'meetings',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    };
    await client.send(new UpdateTimeToLiveCommand(ttl));
    await expect(client.send(new UpdateTimeToLiveCommand(ttl))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const described = await client.send(new dynamo.DescribeTimeToLiveCommand({ TableName: 'meetings' }));
    expect(described.TimeToLiveDescription).toEqual({
      TimeToLiveStatus: 'ENABLED',
      AttributeName: 'expiresAt',
    });
    const seconds = Math.floor(clock.now() / 1000);
    await put('ttl', 'soon', { expiresAt: seconds + 10, callId: 'ttl', since: 1 });
    await put('ttl', 'later', { expiresAt: seconds + 3600 });
    await put('ttl', 'text', { expiresAt: String(seconds) });
    await put('ttl', 'ancient', { expiresAt: 5 });
    clock.advance(31_000);
    await expect.poll(() => get('ttl', 'soon')).toBeUndefined();
    const index = await service.call('Query', {
      TableName: 'meetings',
      IndexName: 'byCall',
      KeyConditionExpression: 'callId = :c',
      ExpressionAttributeValues: { ':c': { S: 'ttl' } },
    });
    expect(index.Count).toBe(0);
    for (const kept of ['later', 'text', 'ancient']) expect(await get('ttl', kept)).toBeDefined();
  });

  it('Continuous backups are reported as enabled', async () => {
    const TableName = 'meetings';
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await client.send(
      new dynamo.UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }),
    );
    const answer = await client.send(new dynamo.DescribeContinuousBackupsCommand({ TableName }));
    expect(
      answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus,
    ).toBe('ENABLED');
  });
});

describe('the protocol', () => {
  // Requests reach the service without the endpoint and its signature check, so the input can be arbitrary
  // bytes.
  let alone: Awaited<ReturnType<typeof serveAlone>>;
  beforeAll(async () => {
    alone = await serveAlone(service);
  });
  afterAll(() => alone.close());
  const send = (target: string, body: string) =>
    fetch(alone.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' },
      body,
    });

  it('The answer carries a checksum', async () => {
    const answer = await send('DynamoDB_20120810.ListTables', '{}');
    const body = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get('x-amz-crc32')).toBe(String(crc32(body)));
    expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.0');
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^request-/);
  });

  it('Malformed requests are answered with an error and serving continues', async () => {
    const key = '{"meetingId":{"S":"m"},"attendeeId":{"S":"a"}}';
    const nested = `${'{"L":['.repeat(5000)}${']}'.repeat(5000)}`;
    const cases: [string, string, number, string][] = [
      ['DynamoDB_20120810.GetItem', '{', 400, 'SerializationException'],
      ['DynamoDB_20120810.GetItem', '[]', 400, 'SerializationException'],
      ['DynamoDB_20120810.GetItem', '', 400, 'SerializationException'],
      ['DynamoDB_20120810.GetItem', `{"TableName":"none","Key":${key}}`, 400, 'ResourceNotFoundException'],
      [
        'DynamoDB_20120810.GetItem',
        '{"TableName":"meetings","Key":{"meetingId":{"N":"1"}}}',
        400,
        'ValidationException',
      ],
      [
        'DynamoDB_20120810.PutItem',
        `{"TableName":"meetings","Item":{"meetingId":${nested}}}`,
        400,
        'ValidationException',
      ],
      [
        'DynamoDB_20120810.PutItem',
        '{"TableName":"meetings","Item":{"__proto__":{"S":"x"}}}',
        400,
        'ValidationException',
      ],
      ['DynamoDB_20120810.constructor', '{}', 400, 'UnknownOperationException'],
      ['Other.GetItem', '{}', 400, 'UnknownOperationException'],
    ];
    for (const [target, body, status, name] of cases) {
      const answer = await send(target, body);
      const { __type: type } = (await answer.json()) as { __type: string };
      expect([answer.status, type.split('#')[1]], `${target} ${body.slice(0, 60)}`).toEqual([status, name]);
    }
  });

  it('A filter that cannot be evaluated is answered with an error', async () => {
    await put('bad-filter', 'a', { lo: 1, text: 't' });
    const query = service.call('Query', {
      TableName: 'meetings',
      KeyConditionExpression: 'meetingId = :m',
      // `hi` is missing and `lo` is a number: the comparison has nothing to compare with.
      FilterExpression: 'lo BETWEEN :one AND hi',
      ExpressionAttributeValues: { ':m': { S: 'bad-filter' }, ':one': { N: '1' } },
    });
    await expect(query).rejects.toThrow();
    expect(await get('bad-filter', 'a')).toBeDefined();
  });

  it('Items over 400 KB and bodies over 16 MB are refused', async () => {
    await expect(put('big', 'a', { text: 'x'.repeat(409_600) })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const answer = await send('DynamoDB_20120810.PutItem', ' '.repeat(16 * 1024 * 1024 + 1));
    expect(answer.status).toBe(413);
  });
});
