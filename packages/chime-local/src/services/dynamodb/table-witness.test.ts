import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '#platform';
import { DynamoDb } from './dynamodb.ts';
import { printOf, type TableAnswer, type TableRequest } from './table-witness.ts';
import { serveAlone } from './testing/loopback.ts';

const TRACE = 'Root=1-6b0e7b88-57e046cfa259a836d2c47233;Parent=1f2f26a157e046cf;Sampled=0';

describe('table witnesses', () => {
  let tables: DynamoDb;
  let served: Awaited<ReturnType<typeof serveAlone>>;
  let client: DynamoDBDocumentClient;

  beforeEach(async () => {
    tables = await DynamoDb.open({
      folder: undefined,
      clock: systemClock,
      log: silentLog,
      accountId: '000000000000',
      region: 'us-east-1',
    });
    served = await serveAlone(tables);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const { endpoint } = served;
    client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: 'us-east-1', credentials }));
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign((args.request as { headers: object }).headers, { 'X-Amzn-Trace-Id': TRACE });
        return next(args);
      },
      { step: 'build' },
    );
    await tables.call('CreateTable', {
      TableName: 'calls',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    });
  });
  afterEach(async () => {
    client.destroy();
    await served.close();
  });

  it('A witness sees client requests with their traces and answers', async () => {
    const seen: [TableRequest & { traceId: string | undefined }, TableAnswer][] = [];
    tables.witness = (traceId) => ({
      answered: (request, answer) => seen.push([{ ...request, traceId }, answer]),
    });
    await client.send(new PutCommand({ TableName: 'calls', Item: { pk: 'a' } }));
    const ConditionExpression = 'attribute_not_exists(pk)';
    await client
      .send(new PutCommand({ TableName: 'calls', Item: { pk: 'a' }, ConditionExpression }))
      .catch(() => {});
    await client.send(new GetCommand({ TableName: 'calls', Key: { pk: 'a' } }));
    expect(seen.map(([{ operation, traceId }, { status }]) => [operation, traceId, status])).toEqual([
      ['PutItem', TRACE, 200],
      ['PutItem', TRACE, 400],
      ['GetItem', TRACE, 200],
    ]);
    expect(seen[2]?.[1].body).toEqual({ Item: { pk: { S: 'a' } } });
    expect(seen[0]?.[0].print).not.toBe(seen[1]?.[0].print);
  });

  it('A witness can answer for a table, which is changed nevertheless', async () => {
    const body = { Item: { pk: { S: 'of then' } } };
    tables.witness = () => ({
      answerInstead: ({ operation }) => (operation === 'GetItem' ? { status: 200, body } : undefined),
    });
    await client.send(new PutCommand({ TableName: 'calls', Item: { pk: 'a' } }));
    const get = new GetCommand({ TableName: 'calls', Key: { pk: 'a' } });
    expect((await client.send(get)).Item).toEqual({ pk: 'of then' });
    tables.witness = undefined;
    expect((await client.send(get)).Item).toEqual({ pk: 'a' });
  });
});

it('Requests that differ only in their values share a fingerprint', () => {
  const get = (table: string, pk: string) => printOf('GetItem', { TableName: table, Key: { pk: { S: pk } } });
  expect(get('Stack-table5196CC58-HSZ50AYC751J', 'a')).toBe(get('Stack-table5196CC58-AAAA0AYC751J', 'b'));
  expect(get('one', 'a')).not.toBe(get('other', 'a'));
  const update = (UpdateExpression: string) =>
    printOf('UpdateItem', { TableName: 'calls', UpdateExpression });
  expect(update('SET a = :a')).not.toBe(update('SET b = :a'));
});
