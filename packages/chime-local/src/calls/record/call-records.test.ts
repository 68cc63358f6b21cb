import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Call, type CallInput, step } from 'pstn-audio/engine';
import { type CallSummary, type RecordEntry, readRecord } from 'pstn-audio/record';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { CallRecords } from './call-records.ts';
import { LINES_TOGETHER, LINES_WITHIN_MS, type RecordLimits } from './limits.ts';

const CALLER = '+15557770001';

function arrival(transactionId: string, legId = `leg of ${transactionId}`): CallInput {
  return {
    kind: 'LegArrived',
    transactionId,
    legId,
    from: CALLER,
    to: '+12015550100',
    awsAccountId: '000000000000',
    sipRuleId: 'rule',
    targets: [{ sipMediaApplicationId: 'sma', awsRegion: 'us-east-1', functionArn: 'arn:fn' }],
  };
}

describe('records of calls', () => {
  let clock: ScriptedClock;
  let folder: string;
  let records: CallRecords;
  let warnings: string[];
  const calls = new Map<string, Call>();

  const make = (limits: Partial<RecordLimits> = {}): CallRecords =>
    new CallRecords({
      folder,
      keys: 'masked',
      writer: 'test 1',
      clock,
      log: createLog((level, _name, text) => level === 'warn' && warnings.push(text)),
      monotonic: () => clock.now(),
      soon: (run) => void clock.after(0, run),
      limits,
    });

  beforeEach(async () => {
    clock = new ScriptedClock();
    folder = mkdtempSync(path.join(tmpdir(), 'records-'));
    warnings = [];
    calls.clear();
    records = make();
    await records.open();
  });
  afterEach(async () => {
    await records.close();
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  });

  function happen(transactionId: string, ...inputs: CallInput[]): void {
    for (const input of inputs) {
      const before = calls.get(transactionId);
      const at = clock.now();
      const { call, outputs } = step(before, input, at);
      calls.set(transactionId, call);
      records.stepped({ transactionId, input, at, call, before, outputs });
    }
  }

  /** The caller cancels the call before the function has answered. */
  function shortCall(transactionId: string): void {
    const legId = `leg of ${transactionId}`;
    happen(transactionId, arrival(transactionId));
    records.addToLeg(legId, { kind: 'LegEnd', legId, by: 'far', reason: 'gave up', sipResponseCode: 487 });
    happen(
      transactionId,
      { kind: 'LegEnded', legId, sipResponseCode: 487 },
      { kind: 'FunctionResponded', sequence: 1, payload: '{"SchemaVersion":"1.0"}' },
      { kind: 'FunctionResponded', sequence: 2, payload: '{"SchemaVersion":"1.0"}' },
    );
    clock.advance(1500);
  }

  const fileOf = (id: string): string => path.join(folder, `${id}.jsonl`);
  const entriesOf = (id: string): readonly RecordEntry[] =>
    readRecord(readFileSync(fileOf(id), 'utf8')).entries;
  const kindsOf = (id: string): string[] => [...new Set(entriesOf(id).map(({ kind }) => kind))];

  it("The last line of a record is the call's row", async () => {
    shortCall('t-1');
    await records.written();
    expect(kindsOf('t-1')).toEqual(['Begin', 'Input', 'Output', 'LegEnd', 'End']);
    const end = { by: 'far', reason: 'gave up' };
    expect(entriesOf('t-1').at(-1)).toMatchObject({
      kind: 'End',
      summary: { from: CALLER, state: 'ended', end },
    });
  });

  it('A record begins with the INVITE that came before its call', async () => {
    const sip = {
      legId: 'leg of t-1',
      direction: 'received',
      transport: 'udp',
      peer: '127.0.0.1:5062',
    } as const;
    const text =
      'INVITE sip:a@b SIP/2.0\r\nFrom: "Ann\u001b[2J" <sip:ann@b>\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n';
    records.addToLeg('leg of t-1', { ...sip, text });
    records.addToLeg('leg of t-1', {
      ...sip,
      text: 'INFO sip:a@b SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=5\r\n',
    });
    clock.advance(40);
    happen('t-1', arrival('t-1'));
    await records.written();
    const [begin, invite, info, input] = entriesOf('t-1');
    expect([begin?.kind, invite?.kind, input?.kind]).toEqual(['Begin', 'Sip', 'Input']);
    expect(invite).toMatchObject({ startLine: 'INVITE sip:a@b SIP/2.0', body: 'v=0\r\n', ms: 0 });
    expect(info).toMatchObject({ leftOut: 10 });
    expect(input?.ms).toBe(40);
  });

  it('A record holds the lines that functions print for its call', async () => {
    happen('t-1', arrival('t-1'));
    records.invoking('t-1', 'request-1');
    records.printed('fn', 'request-1', 'mine');
    records.printed('fn', 'request-2', 'somebody else’s');
    records.invoked('request-1');
    records.printed('fn', 'request-1', 'too late');
    await records.written();
    expect(entriesOf('t-1').flatMap((entry) => (entry.kind === 'FunctionLog' ? [entry.text] : []))).toEqual([
      'mine',
    ]);
  });

  it('a record that is too long is cut, and still ends', async () => {
    records = make({ callBytes: 4000, asideShare: 0.25 });
    happen('t-1', arrival('t-1'));
    records.invoking('t-1', 'request-1');
    for (let line = 0; line < 100; line++) records.printed('fn', 'request-1', `line ${line}`);
    for (let update = 0; update < 50; update++)
      happen('t-1', { kind: 'UpdateRequested', arguments: { n: `${update}` } });
    happen('t-1', { kind: 'LegEnded', legId: 'leg of t-1', sipResponseCode: 487 });
    for (let sequence = 1; calls.get('t-1')?.state !== 'ended'; sequence++) {
      happen('t-1', { kind: 'FunctionResponded', sequence, payload: '{"SchemaVersion":"1.0"}' });
    }
    clock.advance(1500);
    await records.written();
    const { length } = readFileSync(fileOf('t-1'));
    expect(length).toBeLessThan(6000);
    expect(entriesOf('t-1').filter(({ kind }) => kind === 'FunctionLog').length).toBeLessThan(15);
    expect(
      entriesOf('t-1')
        .slice(-2)
        .map(({ kind }) => kind),
    ).toEqual(['Cut', 'End']);
  });

  it('the oldest record goes when there are too many', async () => {
    records = make({ calls: 3 });
    for (let call = 1; call <= 5; call++) shortCall(`t-${call}`);
    await records.written();
    await expect.poll(() => readdirSync(folder).sort()).toEqual(['t-3.jsonl', 't-4.jsonl', 't-5.jsonl']);
    const rows = await records.summaries();
    expect(rows.map(({ transactionId }) => transactionId)).toEqual(['t-5', 't-4', 't-3']);
  });

  it('A flood of calls makes few records, and one warning', async () => {
    records = make({ newPerSecond: 1, newBurst: 2 });
    for (let call = 1; call <= 6; call++) happen(`t-${call}`, arrival(`t-${call}`));
    await records.written();
    expect(readdirSync(folder)).toHaveLength(2);
    expect(warnings).toHaveLength(1);
    clock.advance(1000);
    happen('t-7', arrival('t-7'));
    await records.written();
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it('The next run lists the calls of a killed one as lost', async () => {
    shortCall('t-1');
    happen('t-2', arrival('t-2'));
    await records.written();
    writeFileSync(fileOf('..outside'), '{}');
    const next = make();
    await next.open();
    const states = (await next.summaries()).map(({ transactionId, state }) => `${transactionId} ${state}`);
    expect(states.sort()).toEqual(['t-1 ended', 't-2 lost']);
  });

  it('A record continues when the next runtime takes up its call', async () => {
    happen('t-1', arrival('t-1'));
    await records.written();
    writeFileSync(fileOf('t-1'), '{"kind":"Outp', { flag: 'a' });
    const next = make();
    await next.open();
    next.restored(calls.get('t-1') as Call);
    await next.close();
    const kinds = entriesOf('t-1').map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'Begin')).toHaveLength(1);
    expect(kinds.at(-1)).toBe('Restored');
  });

  it('Records closed while opening do not create the folder afterwards', async () => {
    rmSync(folder, { recursive: true });
    const opening = make();
    void opening.open();
    await opening.close();
    rmSync(folder, { recursive: true });
    await new Promise(setImmediate);
    expect(existsSync(folder)).toBe(false);
    await records.open();
  });

  it('A call that is taken up stays lost', async () => {
    happen('t-1', arrival('t-1'));
    await records.written();
    const { at } = entriesOf('t-1')[0] ?? { at: 0 };
    utimesSync(fileOf('t-1'), at / 1000 + 7, at / 1000 + 7);
    clock.advance(3_600_000);
    const next = make();
    await next.open();
    next.restored(calls.get('t-1') as Call);
    next.add('t-1', { kind: 'Output', output: { kind: 'CallEnded' } });
    await next.written();
    expect(await next.summaries()).toMatchObject([{ state: 'lost', durationMs: 7000 }]);
    expect(entriesOf('t-1').at(-1)?.ms).toBe(3_600_000);
    await next.close();
    const later = make();
    await later.open();
    expect((await later.summaries())[0]?.state).toBe('lost');
  });

  it('A full disk costs records and one warning, but nothing else', async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file where the folder was');
    shortCall('t-1');
    shortCall('t-2');
    await records.written();
    expect(warnings).toEqual([expect.stringContaining('Calls are not recorded')]);
    rmSync(folder);
    await records.open();
    shortCall('t-3');
    await records.written();
    expect(existsSync(fileOf('t-3'))).toBe(true);
  });

  it('A folder deleted during a run is created again', async () => {
    shortCall('t-1');
    await records.written();
    rmSync(folder, { recursive: true });
    shortCall('t-2');
    await records.written();
    expect([existsSync(fileOf('t-2')), warnings]).toEqual([true, []]);
  });

  it("No record's id leads out of the folder", async () => {
    shortCall('t-1');
    await records.written();
    for (const id of ['../t-1', '..', '', 't-1.jsonl', '/etc/passwd', 't-1\0']) {
      expect(await records.read(id)).toBeUndefined();
    }
    happen('../evil', arrival('../evil'));
    await records.written();
    expect(existsSync(path.join(folder, '..', 'evil.jsonl'))).toBe(false);
  });

  it('A record is read in whole lines from a given byte', async () => {
    happen('t-1', arrival('t-1'));
    await records.written();
    const first = await records.read('t-1');
    expect(first?.text.endsWith('\n')).toBe(true);
    records.add('t-1', { kind: 'Fault', text: 'it rains' });
    await records.written();
    const second = await records.read('t-1', first?.next);
    expect(second?.text).toContain('it rains');
    expect(second?.text.split('\n')).toHaveLength(2);
  });

  it('Audio levels alone wait up to thirty seconds to be written', async () => {
    const levels = { kind: 'Levels', legId: 'leg of t-1', everyMs: 100 } as const;
    const bytes = (id: string): number => (existsSync(fileOf(id)) ? statSync(fileOf(id)).size : 0);
    happen('t-1', arrival('t-1'));
    clock.advance(6_000);
    await expect.poll(() => bytes('t-1')).toBeGreaterThan(0);
    const first = bytes('t-1');
    records.addToLeg('leg of t-1', levels);
    happen('t-2', arrival('t-2'));
    clock.advance(6_000);
    // Batches are written one after the other, so what came before t-2 is on disk as well.
    await expect.poll(() => bytes('t-2')).toBeGreaterThan(0);
    expect(bytes('t-1')).toBe(first);
    clock.advance(26_000);
    await expect.poll(() => bytes('t-1')).toBeGreaterThan(first);
    const second = bytes('t-1');
    records.addToLeg('leg of t-1', levels);
    records.add('t-1', { kind: 'Fault', text: 'it rains' });
    clock.advance(6_000);
    await expect.poll(() => bytes('t-1')).toBeGreaterThan(second);
  });

  it('Lines of several calls are written together at a full second', async () => {
    clock.advance(200);
    happen('t-1', arrival('t-1'));
    clock.advance(300);
    happen('t-2', arrival('t-2'));
    clock.advance(4_400);
    await new Promise(setImmediate);
    expect(readdirSync(folder)).toEqual([]);
    clock.advance(1_000);
    await expect.poll(() => readdirSync(folder).sort()).toEqual(['t-1.jsonl', 't-2.jsonl']);
  });

  /** An entry that counts how often its text is read. */
  function countingEntry() {
    const counted = {
      reads: 0,
      kind: 'Fault' as const,
      get text() {
        counted.reads += 1;
        return 'it rains';
      },
    };
    return counted;
  }

  it('Few entries wait a second to become lines', () => {
    happen('t-1', arrival('t-1'));
    const entry = countingEntry();
    records.add('t-1', entry);
    clock.advance(LINES_WITHIN_MS - 1);
    expect(entry.reads).toBe(0);
    clock.advance(1);
    expect(entry.reads).toBeGreaterThan(0);
  });

  it('Many entries become lines in the next turn of the event loop', () => {
    happen('t-1', arrival('t-1'));
    const entry = countingEntry();
    records.add('t-1', entry);
    for (let more = 0; more < LINES_TOGETHER; more++) records.add('t-1', { kind: 'Fault', text: 'again' });
    expect(entry.reads).toBe(0);
    clock.advance(0);
    expect(entry.reads).toBeGreaterThan(0);
  });

  it('A follower hears an entry in the next turn', () => {
    happen('t-1', arrival('t-1'));
    const heard: string[] = [];
    records.follow((_id, { kind }) => heard.push(kind));
    records.add('t-1', { kind: 'Fault', text: 'it rains' });
    expect(heard).toEqual([]);
    clock.advance(0);
    expect(heard).toEqual(['Fault']);
  });

  it('A reporter is told whether anybody listens or follows', () => {
    const told: boolean[] = [];
    records.tellWatched((watched) => told.push(watched));
    const stop = records.observe(() => {});
    records.follow(() => {});
    stop();
    records.follow(undefined);
    expect(told).toEqual([false, true, true, true, false]);
  });

  it('The row of a call names the caller at once', async () => {
    happen('t-1', arrival('t-1'));
    expect(await records.summaries()).toMatchObject([{ from: CALLER, state: 'ringing' }]);
  });

  it('Reading a call in progress returns everything up to now', async () => {
    happen('t-1', arrival('t-1'));
    records.add('t-1', { kind: 'Fault', text: 'it rains' });
    expect((await records.read('t-1'))?.text).toContain('it rains');
  });

  it('A listener is told once of changes that come together', async () => {
    const heard: (readonly CallSummary[])[] = [];
    const stop = records.observe((changed) => heard.push(changed));
    happen('t-1', arrival('t-1'));
    happen('t-2', arrival('t-2'));
    clock.advance(200);
    expect(heard.map((rows) => rows.map(({ transactionId }) => transactionId))).toEqual([['t-1', 't-2']]);
    clock.advance(60_000);
    expect(heard).toHaveLength(1);
    stop();
    shortCall('t-3');
    await records.written();
    expect(heard).toHaveLength(1);
  });
});
