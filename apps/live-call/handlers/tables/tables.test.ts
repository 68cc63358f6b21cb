import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DynamoDBClient,
  TransactionCanceledException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BrowserRow, type CallRow, PRESENCE_MS } from '#contract';
import { BrowserAttendeesTable } from './browser-attendees.ts';
import { CallUpdatesTable } from './call-updates.ts';
import { GUESS_BUDGETS, GuessBudget, type Try } from './guess-budget.ts';
import { GUESS_WINDOW_MS, MeetingAccessTable } from './meeting-access.ts';
import { MeetingInfoTable } from './meeting-info.ts';
import { type OrderClaim, OrdersTable, SENDER_GONE_MS } from './orders.ts';
import { createUpdateId, UPDATE_ID, updateIdTime } from './update-id.ts';

const dynalite = createRequire(import.meta.url)('dynalite') as (options: object) => Server;
const NOW = 1_700_000_000_000;

type TransactPart = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

let server: Server;
let client: DynamoDBClient;
let documents: DynamoDBDocumentClient;
let table = '';
let tables = 0;

beforeAll(async () => {
  server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
});

afterAll(async () => {
  documents.destroy();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(async () => {
  tables += 1;
  table = `table-${tables}`;
  await documents.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  // A table is CREATING when the answer arrives, and refuses writes until it is ACTIVE.
  await waitUntilTableExists(
    { client, maxWaitTime: 30, minDelay: 0.01, maxDelay: 0.1 },
    { TableName: table },
  );
});

function row(transactionId: string, meetingId = 'm'): CallRow {
  return {
    meetingId,
    attendeeId: `a-${transactionId}`,
    fromNumber: '+15550100001',
    toNumber: '+12065550100',
    callId: 'c',
    transactionId,
    meetingName: 'Board',
    status: 'joining',
    joinedAt: new Date(NOW).toISOString(),
    muted: false,
  };
}

describe('meetingInfo', () => {
  const info = () => new MeetingInfoTable(documents, table);

  it('The rows of one meeting or of all are read', async () => {
    await Promise.all([
      info().put(row('t1'), NOW),
      info().put(row('t2'), NOW),
      info().put(row('t3', 'n'), NOW),
    ]);
    expect((await info().rows('m')).map(({ transactionId }) => transactionId)).toEqual(['t1', 't2']);
    expect((await info().rows()).length).toBe(3);
  });

  it('A repeated event does not set a joined row back', async () => {
    await info().put(row('t1'), NOW);
    await info().markJoined('m', 't1', NOW + 5);
    await info().put({ ...row('t1'), attendeeId: 'newer' }, NOW + 9);
    expect(await info().rows()).toMatchObject([{ status: 'joined', attendeeId: 'newer' }]);
  });

  it('A row that is gone is never recreated', async () => {
    await info().put(row('t1'), NOW);
    await info().setMuted([row('t1'), row('gone')], { muted: true, by: 'operator' });
    expect(await info().rows()).toMatchObject([{ transactionId: 't1', muted: true, mutedBy: 'operator' }]);
    await info().setMuted([row('t1')], { muted: false, by: 'caller' });
    expect((await info().rows())[0]).not.toHaveProperty('mutedBy');
    await info().remove('m', 't1');
    await info().markJoined('m', 't1', NOW);
    expect(await info().rows()).toEqual([]);
  });

  it('A number’s line belongs to one call at a time', async () => {
    expect(await info().takeLine('m', '+1', 't1', NOW)).toBe(true);
    expect(await info().takeLine('m', '+1', 't1', NOW)).toBe(true);
    expect(await info().takeLine('m', '+1', 't2', NOW)).toBe(false);
    await info().releaseLine('m', '+1', 't2');
    expect(await info().takeLine('m', '+1', 't2', NOW)).toBe(false);
    await info().releaseLine('m', '+1', 't1');
    expect(await info().takeLine('m', '+1', 't2', NOW)).toBe(true);
  });

  it('Only one of two requests verifies a row', async () => {
    await info().put(row('t1'), NOW);
    const [stored] = await info().rows();
    if (!stored) throw new Error('no row');
    expect(await info().claimVerification(stored, NOW + 1)).toBe(true);
    expect(await info().claimVerification(stored, NOW + 2)).toBe(false);
    expect(await info().restoreVerifiedAt(stored, NOW + 1)).toBe(true);
    expect(await info().claimVerification(stored, NOW + 3)).toBe(true);
  });
});

describe('callUpdates', () => {
  const updates = () => new CallUpdatesTable(client, table);
  const accepted = (updateId: string) => ({
    updateId,
    transactionId: 't',
    updateInfo: 'PlayAudio',
    via: 'node' as const,
    acceptedAt: new Date(NOW).toISOString(),
  });
  const seen = (updateId: string, sequence = 5) => ({
    updateId,
    transactionId: 't',
    updateInfo: 'PlayAudio',
    fromNumber: '+12065550101',
    sequence,
  });
  const only = async () => (await updates().newest(50, updateIdTime(0)))[0];

  it('The order in which the steps are written makes no difference', async () => {
    const steps = [
      () => updates().recordAccepted(accepted('01A'), NOW),
      () => updates().recordSeen(seen('01A'), NOW + 1),
      () => updates().recordOutcome('01A', { status: 'done' }, NOW + 2),
    ];
    for (const order of [
      [0, 1, 2],
      [1, 0, 2],
      [1, 2, 0],
    ]) {
      for (const index of order) await steps[index]?.();
      expect(await only()).toMatchObject({ status: 'done', via: 'node', updateId: '01A' });
    }
    expect(Object.keys((await only()) ?? {})).toEqual(
      expect.arrayContaining(['acceptedAt', 'seenAt', 'endedAt']),
    );
  });

  it('The handler acts once on an update, even on a repeated event', async () => {
    await updates().recordAccepted(accepted('01A'), NOW);
    expect(await updates().recordSeen(seen('01A'), NOW)).toBe(true);
    expect(await updates().recordSeen(seen('01A'), NOW)).toBe(true);
    expect(await updates().recordSeen(seen('01A', 6), NOW)).toBe(false);
    await updates().recordOutcome('01A', { status: 'done' }, NOW);
    expect(await updates().recordSeen(seen('01A'), NOW)).toBe(false);
    await updates().recordRefused(seen('01A', 7), 'too late', NOW);
    expect(await only()).toMatchObject({ status: 'done' });
  });

  it('An outcome also records when its update was seen', async () => {
    const note = { transactionId: 't', updateInfo: 'Speak', fromNumber: '+1', at: NOW + 5 };
    await updates().recordOutcome('01A', { status: 'failed', reason: 'r' }, NOW + 9, note);
    expect(await only()).toMatchObject({
      ...{ seenAt: new Date(NOW + 5).toISOString(), endedAt: new Date(NOW + 9).toISOString() },
      ...{ transactionId: 't', updateInfo: 'Speak', status: 'failed', fromNumber: '+1' },
    });
    await updates().recordAccepted(accepted('01A'), NOW);
    expect(await only()).toMatchObject({ status: 'failed', via: 'node', updateInfo: 'PlayAudio' });
    await updates().recordSeen(seen('01B'), NOW);
    await updates().recordOutcome('01B', { status: 'done' }, NOW + 9, note);
    expect(await only()).toMatchObject({ seenAt: new Date(NOW).toISOString(), updateInfo: 'PlayAudio' });
  });

  it('The first outcome stays, even when its event is repeated', async () => {
    await updates().recordSeen(seen('01A'), NOW);
    await updates().recordOutcome('01A', { status: 'failed', reason: 'first' }, NOW);
    await updates().recordOutcome('01A', { status: 'done' }, NOW);
    await updates().recordSeen(seen('01A'), NOW);
    expect(await only()).toMatchObject({ status: 'failed', reason: 'first' });
  });

  it('The newest updates come first, none older than asked for', async () => {
    for (const at of [NOW - 10, NOW + 10, NOW + 20]) {
      await updates().recordAccepted(accepted(createUpdateId(at)), NOW);
    }
    const found = await updates().newest(50, updateIdTime(NOW));
    expect(found.map(({ updateId }) => updateId.slice(0, 10))).toEqual([
      updateIdTime(NOW + 20),
      updateIdTime(NOW + 10),
    ]);
    expect((await updates().newest(1, updateIdTime(0))).length).toBe(1);
  });
});

describe('orders', () => {
  const orders = () => new OrdersTable(client, table);
  const order = { updateId: '01A', print: 'mute t1' };
  const kinds = (claims: OrderClaim[]) => claims.map(({ kind }) => kind);

  it('Only one of fifty requests with the same order carries it out', async () => {
    const ids = Array.from({ length: 50 }, (_, at) => `01A${at}`);
    const claims = await Promise.all(ids.map((updateId) => orders().claim('o', { ...order, updateId }, NOW)));
    expect(kinds(claims).filter((kind) => kind === 'mine')).toHaveLength(1);
    expect(kinds(claims).filter((kind) => kind === 'underWay')).toHaveLength(49);
  });

  it('An accepted order keeps its answer, however late it is repeated', async () => {
    await orders().claim('o', order, NOW);
    await orders().accepted('o', '2023');
    const late = NOW + 2 * SENDER_GONE_MS;
    const again = await orders().claim('o', { ...order, updateId: '01B' }, late);
    expect(again).toEqual({ kind: 'accepted', updateId: '01A', acceptedAt: '2023' });
    await orders().open('o');
    expect((await orders().claim('o', order, late)).kind).toBe('accepted');
  });

  it('Refused orders and those of lost senders go out again unchanged', async () => {
    const other = { ...order, updateId: '01B' };
    await orders().claim('o', order, NOW);
    await orders().open('o');
    expect(await orders().claim('o', other, NOW)).toEqual({ kind: 'mine', updateId: '01A' });
    expect((await orders().claim('o', other, NOW + SENDER_GONE_MS)).kind).toBe('underWay');
    const late = NOW + SENDER_GONE_MS + 1;
    expect(await orders().claim('o', other, late)).toEqual({ kind: 'mine', updateId: '01A' });
  });

  it('An order id serves no other order and is no update', async () => {
    await orders().claim('o', order, NOW);
    expect((await orders().claim('o', { ...order, print: 'mute t2' }, NOW)).kind).toBe('another');
    expect(await new CallUpdatesTable(client, table).newest(50, updateIdTime(0))).toEqual([]);
  });
});

/**
 * The stand-in database has no transactions: the parts of ours are sent one by one, and what was put is
 * removed when a later part fails.
 */
function withTransactions(writes: TransactWriteCommandInput[] = []): DynamoDBDocumentClient {
  const part = async ({ Put, Update }: TransactPart): Promise<string> => {
    try {
      if (Put) await documents.send(new PutCommand(Put));
      if (Update) await documents.send(new UpdateCommand(Update as UpdateCommandInput));
      return 'None';
    } catch {
      return 'ConditionalCheckFailed';
    }
  };
  const transact = async (input: TransactWriteCommandInput) => {
    writes.push(input);
    const parts = input.TransactItems ?? [];
    const codes: string[] = [];
    for (const one of parts) if (!codes.includes('ConditionalCheckFailed')) codes.push(await part(one));
    if (!codes.includes('ConditionalCheckFailed')) return {};
    for (const { Put } of parts.slice(0, codes.length - 1)) {
      const { pk, sk } = Put?.Item ?? {};
      if (Put) await documents.send(new DeleteCommand({ TableName: Put.TableName, Key: { pk, sk } }));
    }
    const CancellationReasons = codes.map((Code) => ({ Code }));
    throw new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons });
  };
  const send = (command: { input: TransactWriteCommandInput }) =>
    'TransactItems' in command.input ? transact(command.input) : documents.send(command as never);
  return { send } as unknown as DynamoDBDocumentClient;
}

describe('meetingAccess', () => {
  const meeting = { name: 'Board', pin: '48151623', createdAt: 'now', externalMeetingId: 'x' };

  it('A PIN finds its meeting; no PIN or name is given twice', async () => {
    const access = new MeetingAccessTable(withTransactions(), table);
    expect(await access.add(meeting)).toBe('added');
    expect(await access.add({ ...meeting, name: 'Other' })).toBe('pinTaken');
    expect(await access.add({ ...meeting, name: ' board', pin: '48151624' })).toBe('nameTaken');
    expect(await access.findByPin('48151623')).toMatchObject({ name: 'Board' });
    expect(await access.findByPin('48151624')).toBeUndefined();
    expect(await access.findByName(' BOARD ')).toMatchObject({ pin: '48151623' });
    expect(await access.findByName('Attic')).toBeUndefined();
    expect((await access.meetings(10)).length).toBe(1);
    expect(await access.add({ ...meeting, name: 'Other', pin: '48151624' })).toBe('added');
  });

  it('Guesses of a number count in this window and the one before', async () => {
    const writes: TransactWriteCommandInput[] = [];
    const noting = withTransactions(writes);
    const guesses = new MeetingAccessTable(noting, table);
    await guesses.countWrongGuess('+1', 't1', 2, NOW);
    await guesses.countWrongGuess('+1', 't1', 2, NOW);
    await guesses.countWrongGuess('+1', 't1', 3, NOW);
    await guesses.countWrongGuess('+2', 't2', 2, NOW);
    expect(await guesses.guessCount('+1', NOW)).toBe(2);
    expect(await guesses.guessCount('+1', NOW + GUESS_WINDOW_MS)).toBe(2);
    expect(await guesses.guessCount('+1', NOW + 2 * GUESS_WINDOW_MS)).toBe(0);
    await guesses.forgetGuesses('+1', NOW);
    expect([await guesses.guessCount('+1', NOW), await guesses.guessCount('+2', NOW)]).toEqual([0, 1]);
    expect(writes[0]?.TransactItems?.length).toBe(2);
  });

  it('Fewer than 1,000 PINs an hour are tried, however many try', async () => {
    const budget = new GuessBudget(documents, table);
    const tried: Record<Try, number[]> = { further: [], first: [], known: [] };
    // Time is pretended: in each minute, more tries are attempted than there are.
    for (const minute of [0, 1]) {
      for (const [kind, many] of Object.entries({ further: 110, first: 310, known: 50 })) {
        const volley = Array.from({ length: minute === 0 ? many : 12 }, () =>
          budget.take(kind as Try, NOW + minute * 60_000),
        );
        tried[kind as Try].push((await Promise.all(volley)).filter((taken) => taken !== 'none').length);
      }
    }
    expect(tried).toEqual({ further: [100, 0], first: [300, 6], known: [40, 1] });
    const most = Object.values(GUESS_BUDGETS).map(({ atOnce, everyMs }) => atOnce + 3_600_000 / everyMs);
    expect(most.reduce((sum, one) => sum + one)).toBeLessThan(1_000);
  });

  it('Callers who have waited come first, the longest waiting before all', async () => {
    const budget = new GuessBudget(documents, table);
    const now = NOW + 36 * 3_600_000;
    const taken = async (times: number, waits: number) =>
      (await Promise.all(Array.from({ length: times }, () => budget.take('first', now, waits)))).filter(
        (one) => one !== 'none',
      ).length;
    // 390 are taken already: that many concurrent requests would take a busy machine minutes.
    const nextFree = now + 390 * GUESS_BUDGETS.stranger.everyMs;
    const Item = { pk: 'budget', sk: 'stranger', nextFree };
    await documents.send(new PutCommand({ TableName: table, Item }));
    expect(await taken(12, 0)).toBe(10);
    expect(await taken(10, 1)).toBe(8);
    expect(await taken(60, 6)).toBe(40);
    expect(await taken(60, 60)).toBe(2);
    // Tries that become available go to them, too, as long as there are any.
    const later = (waits: number) => budget.take('first', now + 3 * 9_000, waits);
    expect([await later(0), await later(6), await later(6)]).toEqual(['none', 'last', 'none']);
  });

  it('A try is found although another is given back between two requests', async () => {
    const now = NOW + 12 * 3_600_000;
    const others = new GuessBudget(documents, table);
    await others.take('first', now);
    let requests = 0;
    const send = async (command: UpdateCommand) => {
      requests += 1;
      if (requests === 2) await others.giveBack('first', now);
      return documents.send(command);
    };
    const slow = { send } as unknown as DynamoDBDocumentClient;
    expect(await new GuessBudget(slow, table).take('first', now + 5)).toBe('taken');
    expect(requests).toBe(2);
  });

  it('A right PIN gives its try back, and its number is remembered', async () => {
    const budget = new GuessBudget(documents, table);
    const now = NOW + 24 * 3_600_000;
    const take = (kind: Try, times: number) =>
      Promise.all(Array.from({ length: times }, () => budget.take(kind, now)));
    await take('first', 40);
    await Promise.all(Array.from({ length: 40 }, () => budget.giveBack('first', now)));
    await take('further', 99);
    expect(await budget.exhausted(now)).toEqual(['further']);
    expect([await budget.take('further', now), await budget.take('further', now)]).toEqual(['last', 'none']);
    await take('first', 299);
    expect([await budget.take('first', now), await budget.take('first', now)]).toEqual(['last', 'none']);
    expect(await budget.exhausted(now)).toEqual(['stranger']);
    expect(await budget.exhausted(now + 120_000)).toEqual(['further']);
    expect(await budget.exhausted(now + 3_600_000)).toEqual([]);
    expect(await budget.take('known', now)).toBe('taken');
    expect(await budget.kindOf('+1')).toBe('stranger');
    await budget.noteJoined('+1', now);
    expect(await budget.kindOf('+1')).toBe('known');
  });

  it('Counts that a busy table left out are read again', async () => {
    let left = 2;
    const key = { pk: 'guesses', sk: `+1#${Math.floor(NOW / GUESS_WINDOW_MS)}` };
    const busy = {
      send: async () =>
        left-- > 0
          ? { Responses: {}, UnprocessedKeys: { [table]: { Keys: [key] } } }
          : { Responses: { [table]: [{ ...key, count: 7 }] } },
    } as unknown as DynamoDBDocumentClient;
    const guesses = new MeetingAccessTable(busy, table);
    expect(await guesses.guessCount('+1', NOW)).toBe(7);
    left = Number.POSITIVE_INFINITY;
    await expect(guesses.guessCount('+1', NOW)).rejects.toThrow('could not be read');
  });

  it('Two guesses that meet at the counter are both counted, or refused', async () => {
    let conflicts = 3;
    const real = withTransactions();
    const busy = {
      send: async (command: { input: TransactWriteCommandInput }) => {
        if (!('TransactItems' in command.input) || conflicts-- <= 0) return real.send(command as never);
        const CancellationReasons = ['None', 'TransactionConflict'].map((Code) => ({ Code }));
        throw new TransactionCanceledException({ message: 'busy', $metadata: {}, CancellationReasons });
      },
    } as unknown as DynamoDBDocumentClient;
    const guesses = new MeetingAccessTable(busy, table);
    await guesses.countWrongGuess('+1', 't1', 2, NOW);
    expect(await guesses.guessCount('+1', NOW)).toBe(1);
    conflicts = Number.POSITIVE_INFINITY;
    await expect(guesses.countWrongGuess('+1', 't1', 3, NOW)).rejects.toThrow('busy');
  });
});

describe('operators in meetings', () => {
  const ann: BrowserRow = {
    meetingId: 'm1',
    attendeeId: 'a1',
    displayName: 'ann',
    meetingName: 'Board',
    audio: 'SendReceive',
    joinedAt: '2023-11-14T22:13:20.000Z',
    muted: false,
  };

  it('Operators are listed apart from calls, without internal members', async () => {
    const browsers = new BrowserAttendeesTable(documents, table);
    await browsers.put(ann, NOW);
    expect(await browsers.find(ann)).toEqual(ann);
    expect(await browsers.find({ ...ann, attendeeId: 'a2' })).toBeUndefined();
    expect(await browsers.present(NOW)).toEqual([ann]);
    expect(await new MeetingInfoTable(documents, table).rows()).toEqual([]);
  });

  it('Operators are listed for as long as their page reports in', async () => {
    const browsers = new BrowserAttendeesTable(documents, table);
    await browsers.put(ann, NOW);
    expect(await browsers.present(NOW + PRESENCE_MS - 1)).toEqual([ann]);
    expect(await browsers.present(NOW + PRESENCE_MS)).toEqual([]);
    expect(await browsers.seen(ann, NOW + PRESENCE_MS)).toBe(true);
    expect(await browsers.present(NOW + PRESENCE_MS)).toEqual([ann]);
  });

  it('A change that comes too late does not bring an operator back', async () => {
    const browsers = new BrowserAttendeesTable(documents, table);
    await browsers.put(ann, NOW);
    expect(await browsers.setMuted(ann, true)).toBe(true);
    expect((await browsers.find(ann))?.muted).toBe(true);
    await browsers.remove(ann);
    expect([await browsers.setMuted(ann, true), await browsers.seen(ann, NOW)]).toEqual([false, false]);
    expect(await browsers.present(NOW)).toEqual([]);
  });
});

describe('update ids', () => {
  it('Update ids have their format, sort by time and differ', () => {
    expect(createUpdateId(NOW)).toMatch(UPDATE_ID);
    expect(createUpdateId(NOW) < createUpdateId(NOW + 1)).toBe(true);
    expect(createUpdateId(NOW)).not.toBe(createUpdateId(NOW));
    expect(createUpdateId(1_700_000_000_123, new Uint8Array(16))).toBe(`01HF7YAT3V${'0'.repeat(16)}`);
  });
});
