import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog, systemClock } from '#platform';
import { Activity } from '#web';
import { Database, space, type Write } from '../packages/chime-local/src/services/dynamodb/database.ts';
import { DynamoDb } from '../packages/chime-local/src/services/dynamodb/index.ts';
import { TtlSweeper } from '../packages/chime-local/src/services/dynamodb/ttl-sweeper.ts';
import { compareKeys } from '../packages/chime-local/src/services/s3/names.ts';
import { SortedKeys } from '../packages/chime-local/src/services/s3/sorted-keys.ts';
import { policyQuestions } from './grow-policy.ts';
import { wakeFigures } from './grow-wakes.ts';
import type { Figure } from './report.ts';

const SECTION = 'What grows: CPU of the thread that does it';
const SIZES = [10, 1_000, 100_000];
/** Repetitions of each operation; the mean counts. */
const TIMES = 20;
/** Repetitions of operations that take microseconds. */
const OFTEN = 2_000;
const TABLE = 'rows';
const TTL = 'expiresAt';
const HOUR_S = 3_600;
/** Items that are written in one batch. */
const BATCH = 5_000;
/** Items of one BatchWriteItem. Source: Amazon DynamoDB API Reference, BatchWriteItem. */
const PUTS = 25;
/** Statements of a bucket's policy. Its limit of 20 KB does not hold a thousand. */
const STATEMENTS = [1, 10, 100];

type Note = (what: string, size: number, ms: number) => void;

/** What costs more with more data, at three sizes: as implemented, and as it would be by scanning everything. */
export async function growFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const note: Note = (what, size, ms) =>
    figures.push({
      section: SECTION,
      what: `${what}, of ${size.toLocaleString('en')}`,
      value: ms,
      unit: 'ms',
    });
  for (const size of SIZES) await sweep(size, note);
  for (const size of SIZES) speakers(size, note);
  for (const size of SIZES) listing(size, note);
  for (const size of SIZES) await rows(size, note);
  for (const statements of STATEMENTS) policies(statements, note);
  return [...figures, ...(await wakeFigures(SECTION))];
}

/** CPU milliseconds, user and system, of one repetition. */
async function cpuMs(work: () => unknown, times = TIMES): Promise<number> {
  await work();
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

/** A table whose items expire in an hour: every half minute it is searched for expired ones. */
async function sweep(size: number, note: Note): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-grow-'));
  const database = await Database.open(folder);
  try {
    const sweeper = new TtlSweeper(
      database,
      { accountId: '000000000000', region: 'us-east-1' },
      systemClock,
      silentLog,
    );
    const KeySchema = [{ AttributeName: 'pk', KeyType: 'HASH' }];
    await database.commit([
      { type: 'put', key: space.tables + TABLE, value: { TableName: TABLE, KeySchema } },
      { type: 'put', key: space.settings + TABLE, value: { timeToLiveAttribute: TTL } },
    ]);
    const expiresAt = { N: String(Math.ceil(Date.now() / 1000) + HOUR_S) };
    const items = Array.from({ length: size }, (_, at): Write => {
      const value = { pk: { S: `item-${at}` }, [TTL]: expiresAt };
      return { type: 'put', key: `${space.items(TABLE)}${String(at).padStart(8, '0')}`, value };
    });
    for (let at = 0; at < size; at += BATCH) await database.commit(items.slice(at, at + BATCH));
    note('a sweep for expired items', size, await cpuMs(() => sweeper.sweep()));
    note(
      '  a walk through the table',
      size,
      await cpuMs(() => database.walk(space.items(TABLE), {}, () => true)),
    );
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Meetings in which two people speak; in one of them another person begins to. One page watches. */
function speakers(size: number, note: Note): void {
  const activity = new Activity();
  for (let at = 0; at < size; at++)
    activity.report({ meetingId: `m${at}`, attendeeIds: [`a${at}`, `b${at}`] });
  const written: string[] = [];
  const response = { writeHead() {}, write: (line: string) => written.push(line), on() {}, end() {} };
  activity.open(response as unknown as ServerResponse);
  let turn = 0;
  note(
    'a change of who speaks',
    size,
    syncCpuMs(() => activity.report({ meetingId: 'm0', attendeeIds: [`c${turn++}`] })),
  );
  const all = JSON.parse(written[0] ?? '{}') as unknown;
  note(
    '  all speakers told',
    size,
    syncCpuMs(() => JSON.stringify(all)),
  );
  activity.close();
}

/** A bucket that is listed after each new object. */
function listing(size: number, note: Note): void {
  const keys = Array.from({ length: size }, (_, at) => `recordings/${(at * 7919) % size}-${at}.wav`);
  const sorted = new SortedKeys();
  sorted.all(() => keys);
  let turn = 0;
  const add = () => {
    sorted.add(`recordings/${turn++}-new.wav`);
    sorted.all(() => keys);
  };
  note('keys in order after a new one', size, syncCpuMs(add));
  note(
    '  all keys sorted',
    size,
    syncCpuMs(() => [...keys].sort(compareKeys)),
  );
}

/** A table all of whose rows a page's query reads, page after page of 1 MB, in memory. */
async function rows(size: number, note: Note): Promise<void> {
  const account = { accountId: '000000000000', region: 'us-east-1' };
  const db = await DynamoDb.open({ folder: undefined, clock: systemClock, log: silentLog, ...account });
  try {
    await db.call('CreateTable', {
      TableName: TABLE,
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    for (let at = 0; at < size; at += PUTS) {
      const puts = Array.from({ length: Math.min(PUTS, size - at) }, (_, n) => ({
        PutRequest: { Item: { pk: { S: `row-${at + n}` }, name: { S: 'Support' }, status: { S: 'joined' } } },
      }));
      await db.call('BatchWriteItem', { RequestItems: { [TABLE]: puts } });
    }
    note('all rows of a table read', size, await cpuMs(() => readAll(db), size > 10_000 ? 1 : TIMES));
  } finally {
    await db.close();
  }
}

async function readAll(db: DynamoDb): Promise<void> {
  let from: unknown;
  do {
    const answer = await db.call('Scan', { TableName: TABLE, ...(from ? { ExclusiveStartKey: from } : {}) });
    from = answer.LastEvaluatedKey;
  } while (from);
}

/** A prompt that is played: the service reads it under its bucket's policy. */
function policies(statements: number, note: Note): void {
  const questions = policyQuestions(statements);
  if (!questions) return;
  note(
    "a play's question to the statements of its bucket's policy",
    statements,
    syncCpuMs(questions.asked, OFTEN),
  );
  note('  the policy parsed each time', statements, syncCpuMs(questions.parsed, OFTEN));
}

function syncCpuMs(work: () => unknown, times = TIMES): number {
  work();
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}
