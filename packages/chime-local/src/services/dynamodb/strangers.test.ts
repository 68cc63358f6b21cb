import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { DynamoDb } from './dynamodb.ts';
import { DynamoDbError } from './errors.ts';

const ARN = 'arn:aws:dynamodb:us-east-1:000000000000:table/calls';
/** Number of elements of a set that nearly fills an item of 400 KB. */
const MANY = 60_000;

let folder: string;
let tables: DynamoDb;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynamodb-'));
  const account = { accountId: '000000000000', region: 'us-east-1' };
  tables = await DynamoDb.open({ folder, clock: new ScriptedClock(), log: silentLog, ...account });
  await tables.call('CreateTable', {
    TableName: 'calls',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'number', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byNumber',
        KeySchema: [{ AttributeName: 'number', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
});

afterAll(async () => {
  await tables.close();
  await rm(folder, { recursive: true });
});

const key = (id: string) => ({ TableName: 'calls', Key: { id: { S: id } } });
const put = (id: string, more: Record<string, unknown> = {}) =>
  tables.call('PutItem', { TableName: 'calls', Item: { id: { S: id }, ...more } });
const item = async (id: string) => (await tables.call('GetItem', key(id))).Item;
const update = (id: string, UpdateExpression: string, ExpressionAttributeValues?: Record<string, unknown>) =>
  tables.call('UpdateItem', {
    ...key(id),
    UpdateExpression,
    ...(ExpressionAttributeValues ? { ExpressionAttributeValues } : {}),
  });
/** The message with which an operation is refused. */
const refusal = (answer: Promise<unknown>) =>
  answer.then(
    () => 'accepted',
    (error: unknown) =>
      error instanceof DynamoDbError ? `${error.statusCode} ${error.message}` : String(error),
  );
const requests = (count: number) => Array.from({ length: count }, () => ({ DeleteRequest: { Key: {} } }));
const set = (prefix: string) => Array.from({ length: MANY }, (_, at) => prefix + at.toString(36));

describe('requests that could block the thread for seconds', () => {
  it.each([8, 18, 1_900])('A condition with %i nested parentheses is refused', async (depth) => {
    const condition = `${'('.repeat(depth)}id = :id${')'.repeat(depth)}`;
    const request = { ConditionExpression: condition, ExpressionAttributeValues: { ':id': { S: 'a' } } };
    const refused = '400 Invalid ConditionExpression: The expression has redundant parentheses;';
    expect(await refusal(tables.call('DeleteItem', { ...key('a'), ...request }))).toBe(refused);
    const check = { ConditionCheck: { ...key('a'), ...request } };
    expect(await refusal(tables.call('TransactWriteItems', { TransactItems: [check] }))).toBe(refused);
  });

  it('A hundred thousand placeholders are refused', async () => {
    const many = (sign: string, value: unknown) =>
      Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`${sign}${n}`, value]));
    const named = { ...key('a'), ProjectionExpression: '#1', ExpressionAttributeNames: many('#', 'id') };
    expect(await refusal(tables.call('GetItem', named))).toMatch(/^400 ExpressionAttributeNames has 100000/);
    const valued = { UpdateExpression: 'SET b = :1', ExpressionAttributeValues: many(':', { S: 'b' }) };
    const Update = { ...key('a'), ...valued };
    expect(await refusal(tables.call('TransactWriteItems', { TransactItems: [{ Update }] }))).toMatch(
      /^400 ExpressionAttributeValues has 100000/,
    );
  });

  it.each([
    [
      'BatchWriteItem',
      { calls: requests(26) },
      "{calls=[…]}' at 'requestItems' failed to satisfy constraint: Map value",
    ],
    [
      'BatchWriteItem',
      { calls: requests(25), others: requests(1) },
      'Too many items requested for the BatchWrite',
    ],
    [
      'BatchWriteItem',
      { calls: requests(33_000) },
      "{calls=[…]}' at 'requestItems' failed to satisfy constraint: Map",
    ],
    [
      'BatchGetItem',
      { calls: { Keys: requests(101) } },
      "{calls=[…]}' at 'requestItems.calls.member.keys' failed",
    ],
    [
      'BatchGetItem',
      { calls: { Keys: requests(90) }, o: { Keys: requests(90) } },
      'Too many items requested for the',
    ],
    [
      'BatchGetItem',
      Object.fromEntries(requests(90_000).map((_, n) => [`t${n}`, 1])),
      'Too many items requested',
    ],
  ])('%s with more requests than the service allows is refused', async (operation, RequestItems, words) => {
    expect(await refusal(tables.call(operation, { RequestItems }))).toContain(words);
  });

  it('Conditions on more attributes than an item has are refused', async () => {
    const KeyConditions = Object.fromEntries(requests(8_193).map((_, n) => [`a${n}`, {}]));
    const refused = await refusal(tables.call('Query', { TableName: 'calls', KeyConditions }));
    expect(refused).toBe('400 KeyConditions has 8193 entries: at most 8192 are read here');
  });

  it('An update expression of 40 KB is refused', async () => {
    expect(await refusal(update('a', `SET ${'a = a, '.repeat(5_800)}b = a`))).toBe(
      '400 Invalid UpdateExpression: Expression size has exceeded the maximum allowed size; expression size: 40609',
    );
  });

  it('A list index of nearly a thousand million appends to the list', async () => {
    await put('list', { calls: { L: [{ S: 'one' }] } });
    await update('list', 'SET calls[999999999] = :two', { ':two': { S: 'two' } });
    expect(await item('list')).toMatchObject({ calls: { L: [{ S: 'one' }, { S: 'two' }] } });
  });

  it('A number with a million digits is refused', async () => {
    const N = '1'.repeat(1_000_000);
    expect(await refusal(put('number', { N: { N } }))).toMatch(
      /^400 The parameter cannot be converted to a numeric/,
    );
    expect(await refusal(put('number', { all: { NS: ['1', N] } }))).toMatch(
      /numeric value: 1+… \(1000000 char/,
    );
  });

  it('Sets that fill an item are compared, united and subtracted', async () => {
    await put('sets', { members: { SS: set('a').slice(0, MANY / 2) } });
    await update('sets', 'ADD members :more', { ':more': { SS: set('a').reverse() } });
    expect(((await item('sets')) as { members: { SS: string[] } }).members.SS).toEqual(
      expect.arrayContaining(['a0', 'a1', `a${(MANY - 1).toString(36)}`]),
    );
    const all = { ':all': { SS: set('a').reverse() } };
    const condition = { ConditionExpression: 'members = :all', ExpressionAttributeValues: all };
    await tables.call('PutItem', { TableName: 'calls', Item: (await item('sets')) ?? {}, ...condition });
    await update('sets', 'DELETE members :all', all);
    expect(await item('sets')).toEqual({ id: { S: 'sets' } });
    await put('sets', { members: { SS: set('a') } });
    const AttributeUpdates = { members: { Action: 'DELETE', Value: { SS: set('a').slice(1) } } };
    await tables.call('UpdateItem', { ...key('sets'), AttributeUpdates });
    expect(await item('sets')).toEqual({ id: { S: 'sets' }, members: { SS: ['a0'] } });
  });
});

describe('names that every JavaScript object inherits', () => {
  it('__proto__ is refused wherever an attribute is named', async () => {
    const ExpressionAttributeNames = { '#p': '__proto__' };
    for (const request of [
      { ...key('a'), UpdateExpression: 'REMOVE #p', ExpressionAttributeNames },
      { ...key('a'), UpdateExpression: 'REMOVE #p.x', ExpressionAttributeNames },
      { ...key('a'), UpdateExpression: 'REMOVE __proto__' },
      { ...key('a'), AttributeUpdates: JSON.parse('{"__proto__":{"Action":"DELETE"}}') },
    ]) {
      expect(await refusal(tables.call('UpdateItem', request))).toMatch(
        /^400 .*__proto__ is not supported here/,
      );
    }
    const read = { ...key('a'), ProjectionExpression: '#p', ExpressionAttributeNames };
    expect(await refusal(tables.call('GetItem', read))).toMatch(/^400 .*__proto__ is not supported here/);
    expect(await refusal(tables.call('GetItem', { ...key('a'), AttributesToGet: ['__proto__'] }))).toMatch(
      /^400/,
    );
    expect(await refusal(put('a', { text: { S: '__proto__' } }))).toBe('accepted');
  });

  it('Other inherited names are ordinary attributes', async () => {
    await put('f1');
    const copied = refusal(update('f1', 'SET a = valueOf'));
    expect(await copied).toBe(
      '400 The provided expression refers to an attribute that does not exist in the item',
    );
    await update('f1', 'SET toString = :a', { ':a': { S: 'a' } });
    await tables.call('UpdateItem', {
      ...key('f1'),
      UpdateExpression: 'SET #c = :c',
      ConditionExpression: 'attribute_not_exists(#c)',
      ExpressionAttributeNames: { '#c': 'constructor' },
      ExpressionAttributeValues: { ':c': { S: 'Lotus' } },
    });
    expect(await item('f1')).toEqual({ id: { S: 'f1' }, toString: { S: 'a' }, constructor: { S: 'Lotus' } });
  });
});

describe('table ARNs', () => {
  it("A table's ARN identifies it in every operation", async () => {
    const Item = { id: { S: 'arn' } };
    await tables.call('PutItem', { TableName: ARN, Item });
    expect(await tables.call('GetItem', { TableName: ARN, Key: Item })).toEqual({ Item });
    expect(await tables.call('DescribeTable', { TableName: ARN })).toMatchObject({
      Table: { TableName: 'calls' },
    });
    const Keys = { [ARN]: { Keys: [Item] } };
    expect(await tables.call('BatchGetItem', { RequestItems: Keys })).toMatchObject({
      Responses: { [ARN]: [Item] },
    });
    const TransactItems = [{ Delete: { TableName: ARN, Key: Item } }];
    await tables.call('TransactWriteItems', { TransactItems });
    expect(await tables.call('GetItem', { TableName: 'calls', Key: Item })).toEqual({});
  });

  it('A table ARN of another Region or account is refused', async () => {
    for (const other of [
      ARN.replace('us-east-1', 'eu-west-1'),
      ARN.replace('000000000000', '111122223333'),
    ]) {
      expect(await refusal(tables.call('GetItem', { ...key('a'), TableName: other }))).toMatch(/^400/);
    }
  });
});

describe('repeated transactions with the same token', () => {
  it('A repeated transaction is recognised whatever its JSON order', async () => {
    const names = { TableName: 'calls', Key: { id: { S: 'once' } } };
    const add = { UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } };
    const send = (Update: Record<string, unknown>) =>
      tables.call('TransactWriteItems', { ClientRequestToken: 'token', TransactItems: [{ Update }] });
    await send({ ...names, ...add });
    await send({ ...add, ...names });
    expect(await item('once')).toEqual({ id: { S: 'once' }, n: { N: '1' } });
    const other = { ...names, ...add, ExpressionAttributeValues: { ':one': { N: '2' } } };
    expect(await refusal(send(other))).toMatch(/^400 .*token was used|ClientRequestToken/i);
  });
});

describe('empty index keys', () => {
  const refused = /^400 One or more parameter values are not valid.*IndexName: byNumber, IndexKey: number$/;

  it('Every write operation refuses an empty index key', async () => {
    const number = { S: '' };
    expect(await refusal(put('empty', { number }))).toMatch(refused);
    const Item = { id: { S: 'empty' }, number };
    const RequestItems = { calls: [{ PutRequest: { Item } }] };
    expect(await refusal(tables.call('BatchWriteItem', { RequestItems }))).toMatch(refused);
    expect(await refusal(update('empty', 'SET #n = :e', { ':e': number }))).toMatch(/^400/);
    const TransactItems = [{ Put: { TableName: 'calls', Item } }];
    expect(await refusal(tables.call('TransactWriteItems', { TransactItems }))).toMatch(/ValidationError/);
    expect(await item('empty')).toBeUndefined();
  });

  it('An empty string is stored in an ordinary attribute', async () => {
    await put('text', { note: { S: '' } });
    expect(await item('text')).toEqual({ id: { S: 'text' }, note: { S: '' } });
  });
});
