import { expect, it } from 'vitest';
import type { FunctionResponse } from '../../documents.ts';
import { type ReportedEntry, readRecord } from '../../record/index.ts';
import type { Handler } from '../handler.ts';
import { sma } from '../sip-media-application.ts';
import type { RecordedTables } from './recorded-tables.ts';
import { replay } from './replay.ts';

const HOUR_MS = 3_600_000;

/** A handler that says a count from its table, and keeps the time since when it counts as an attribute. */
const handlerThat =
  (reads: () => { count: string; since: string }, greeting = 'Callers before you'): Handler =>
  ({ InvocationEventType }): FunctionResponse => {
    if (InvocationEventType !== 'NEW_INBOUND_CALL' && InvocationEventType !== 'CALL_UPDATE_REQUESTED') {
      return { SchemaVersion: '1.0', Actions: [] };
    }
    const { count, since } = reads();
    return {
      SchemaVersion: '1.0',
      Actions: [{ Type: 'Speak', Parameters: { Text: `${greeting}: ${count}` } }],
      TransactionAttributes: { since },
    };
  };

/** A record in which the table answered the first event, then the update. */
async function recordWith(counts: readonly string[], since: number): Promise<string> {
  const left = [...counts];
  const call = await sma(handlerThat(() => ({ count: left.shift() ?? '', since: String(since) }))).dial();
  await call.quiet();
  await call.update();
  await call.quiet();
  await call.hangUp();
  const lines = call.record.trim().split('\n');
  const at = JSON.parse(lines[1] ?? '').at as number;
  const more: ReportedEntry[] = call.events
    .filter(({ InvocationEventType }) => /NEW_INBOUND|UPDATE/.test(InvocationEventType))
    .flatMap(({ Sequence: sequence }, index): ReportedEntry[] => {
      const requestId = `request-${sequence}`;
      const body = { Item: { count: { N: counts[index] ?? '' }, since: { N: String(since) } } };
      return [
        { kind: 'TableAnswer', requestId, operation: 'GetItem', print: 'p', status: 200, body },
        {
          kind: 'Invocation',
          sequence,
          attempt: 1,
          functionArn: 'f',
          requestId,
          durationMs: 1,
          outcome: 'answered',
        },
      ];
    });
  return [...lines, ...more.map((entry) => JSON.stringify({ at, ms: 0, ...entry })), ''].join('\n');
}

it('Tables answer a replay as they answered the call', async () => {
  const began = Date.now() - HOUR_MS;
  const record = readRecord(await recordWith(['3', '4'], began));
  let tables: RecordedTables | undefined;
  const sinces: string[] = [];
  const reads = () => {
    const { count, since } = tables?.answer('p')?.body.Item as Record<string, { N: string }>;
    sinces.push(since?.N ?? '');
    return { count: count?.N ?? '', since: since?.N ?? '' };
  };
  const onTables = (then: RecordedTables) => {
    tables = then;
  };
  const result = await replay(record, handlerThat(reads), { onTables, nowMs: Date.now() });
  expect([result.same, result.heard.today.length]).toEqual([true, 2]);
  // A function compares times with its clock, so recorded times are moved to it.
  expect(sinces.every((since) => Number(since) >= began)).toBe(true);
  expect(tables?.answer('p')).toBeUndefined();
});

it("Today's record has the tables' answers, with the times of the call", async () => {
  const began = Date.now() - HOUR_MS;
  let tables: RecordedTables | undefined;
  const onTables = (then: RecordedTables) => {
    tables = then;
  };
  const counts = ['3', '4'];
  const ofToday = () => {
    const [count, since] = [counts.shift() ?? '', String(Date.now())];
    const body = { Item: { count: { N: count }, since: { N: since } } };
    tables?.answered('GetItem', 'p', { status: 200, body });
    return { count, since };
  };
  const recorded = readRecord(await recordWith(['3', '4'], began));
  const first = await replay(recorded, handlerThat(ofToday), { onTables, nowMs: Date.now() });
  const later = Date.now() + 48 * HOUR_MS;
  const sinces: number[] = [];
  const ofThen = () => {
    const item = tables?.answer('p')?.body.Item as Record<string, { N: string }> | undefined;
    sinces.push(Number(item?.since?.N));
    return { count: item?.count?.N ?? 'none', since: item?.since?.N ?? '' };
  };
  const again = await replay(readRecord(first.record ?? ''), handlerThat(ofThen), { onTables, nowMs: later });
  expect([first.same, again.same]).toEqual([true, true]);
  expect(sinces.map((since) => Math.round((since - later) / HOUR_MS))).toEqual([0, 0]);
});

it('Once code answers differently, it asks the tables of today', async () => {
  const record = readRecord(await recordWith(['3', '4'], Date.now()));
  let tables: RecordedTables | undefined;
  const reads = () => {
    const item = tables?.answer('p')?.body.Item as Record<string, { N: string }> | undefined;
    return { count: item?.count?.N ?? 'none', since: '' };
  };
  const onTables = (then: RecordedTables) => {
    tables = then;
  };
  const result = await replay(record, handlerThat(reads, 'Before you'), { onTables });
  expect(result.same).toBe(false);
  expect(result.heard.today).toEqual(['“Before you: 3”', '“Before you: none”']);
});

it('A recorded answer with masked values is not given back', async () => {
  const text = (await recordWith(['3', '4'], Date.now())).replaceAll('"N":"3"', '"S":"•secret•"');
  let tables: RecordedTables | undefined;
  const given: unknown[] = [];
  const reads = () => {
    given.push(tables?.answer('p')?.body);
    return { count: '', since: '' };
  };
  const onTables = (then: RecordedTables) => {
    tables = then;
  };
  await replay(readRecord(text), handlerThat(reads), { onTables });
  expect(given[0]).toBeUndefined();
});
