import { describe, expect, it } from 'vitest';
import type { Call } from '../engine/call.ts';
import type { CallInput } from '../engine/inputs.ts';
import { CallDriver, START_MS } from '../engine/testing/driver.ts';
import { getDigits, hangup, play } from '../engine/testing/situations.ts';
import { step } from '../engine/transitions.ts';
import {
  actionChanges,
  type CallSummary,
  entryFlaws,
  fitsMasked,
  lastedMs,
  MASKED_SECRET,
  Mask,
  type RecordEntry,
  type ReportedEntry,
  readRecord,
  summaryOf,
} from './index.ts';

const PIN = '48151623';

/** Writes a record as the runtime does. */
class Recorder {
  readonly entries: RecordEntry[] = [];
  readonly #mask: Mask;
  #call: Call | undefined;

  constructor(keys: 'masked' | 'kept' = 'masked') {
    this.#mask = new Mask(keys);
    this.add({ kind: 'Begin', record: 1, transactionId: 'transaction', keys, writer: 'test 1' }, START_MS);
  }

  add(entry: ReportedEntry, at: number): void {
    this.entries.push({ ...this.#mask.entry(entry), at, ms: at - START_MS } as RecordEntry);
  }

  give(input: CallInput, at: number): void {
    const before = this.#call;
    const { call, outputs } = step(before, input, at);
    this.#call = call;
    this.add({ kind: 'Input', input }, at);
    for (const output of outputs) this.add({ kind: 'Output', output }, at);
    for (const change of actionChanges(call, before)) this.add(change, at);
  }

  get text(): string {
    return this.entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  }
}

/** A driver whose steps are recorded. */
class RecordedCall extends CallDriver {
  readonly recorder: Recorder;

  constructor(keys?: 'masked' | 'kept') {
    super();
    this.recorder = new Recorder(keys);
  }

  override give(input: CallInput) {
    this.recorder.give(input, this.now);
    return super.give(input);
  }
}

/** A caller enters a PIN, which the function repeats where it should not. */
function callWithPin(keys?: 'masked' | 'kept'): RecordedCall {
  const call = new RecordedCall(keys);
  call.arrive({ sipHeaders: { 'X-Chime-Join-Token': 'very-secret', 'x-colour': 'blue' } });
  call.respond([play('welcome.wav'), getDigits({ MaxNumberOfDigits: 8, InputDigitsRegex: '^\\d{8}$' })]);
  call.answered();
  call.played();
  call.pass(1500);
  call.press(PIN);
  const join = { Type: 'JoinChimeMeeting', Parameters: { JoinToken: 'token-1', MeetingId: 'm' } };
  call.respond([join], { entered: PIN, pin: '7777', colour: 'blue' });
  call.joined();
  call.ended();
  call.respond([hangup()]);
  call.ended('leg-b');
  while (call.call.invocation) call.respond();
  return call;
}

describe('the record of a call', () => {
  it('A record holds only entries that its schemas allow', () => {
    const { entries } = callWithPin().recorder;
    expect(entries.flatMap((entry) => entryFlaws(JSON.parse(JSON.stringify(entry))))).toEqual([]);
    expect(entryFlaws({ kind: 'Dance', at: 1, ms: 0 })[0]?.path).toEqual(['kind']);
    expect(entryFlaws({ kind: 'Fault', at: 1, ms: 0, text: 'x', more: 1 })[0]?.path).toEqual(['more']);
  });

  it("A record's inputs give its outputs again when stepped through", () => {
    const { entries } = readRecord(callWithPin('kept').recorder.text);
    let call: Call | undefined;
    const again: unknown[] = [];
    for (const entry of entries) {
      if (entry.kind !== 'Input') continue;
      const { call: next, outputs } = step(call, entry.input, entry.at);
      call = next;
      again.push(...outputs);
    }
    const mask = new Mask('kept');
    const recorded = entries.flatMap((entry) => (entry.kind === 'Output' ? [entry.output] : []));
    const expected = again.map((output) => mask.entry({ kind: 'Output', output } as ReportedEntry));
    expect(recorded.map((output) => ({ kind: 'Output', output }))).toEqual(expected);
    expect(recorded.length).toBeGreaterThan(15);
  });

  it('A record hides pressed keys wherever they are repeated', () => {
    const { text } = callWithPin().recorder;
    expect(text).not.toContain(PIN);
    expect(text).not.toContain('7777');
    expect(text).toContain('"ReceivedDigits":"••••••••"');
    expect(text).toContain('"digit":"•"');
    expect(text).toContain('"colour":"blue"');
  });

  it('A record keeps keys if asked to, but never credentials', () => {
    const { text } = callWithPin('kept').recorder;
    expect(text).toContain(`"ReceivedDigits":"${PIN}"`);
    for (const secret of ['token-1', 'very-secret']) expect(text).not.toContain(secret);
    expect(text).toContain('x-colour');
  });

  it('A record hides passwords and keys of sound in SIP messages', () => {
    const entry = new Mask('kept').entry({
      kind: 'Sip',
      legId: 'leg-a',
      direction: 'received',
      transport: 'udp',
      peer: '127.0.0.1:5062',
      startLine: 'INVITE sip:a@b SIP/2.0',
      headers: [
        ['Authorization', 'Digest response="f00"'],
        ['From', '<sip:ann@b>'],
      ],
      body: 'v=0\r\na=ice-pwd:hush\r\na=crypto:1 AES inline:hush\r\na=rtpmap:0 PCMU/8000\r\n',
    });
    expect(JSON.stringify(entry)).not.toMatch(/hush|f00/);
    expect(JSON.stringify(entry)).toContain('rtpmap');
  });

  it('A record hides keys in headers of the application', () => {
    const mask = new Mask('masked');
    for (const digit of PIN)
      mask.entry({ kind: 'Input', input: { kind: 'DigitPressed', legId: 'l', digit } });
    const about = { legId: 'l', direction: 'sent', transport: 'udp', peer: '127.0.0.1:5062' } as const;
    const kept = [
      ['Call-ID', PIN],
      ['X-Colour', 'blue'],
    ];
    const headers = [...kept, ['X-Pin', '2468'], ['X-Entered', `keys ${PIN}`], ['User-to-User', PIN]];
    const entry = mask.entry({ kind: 'Sip', ...about, startLine: 'INVITE sip:a@b SIP/2.0', headers });
    const masked = [...kept, ['X-Pin', '••••'], ['X-Entered', 'keys ••••••••'], ['User-to-User', '••••••••']];
    expect(entry).toMatchObject({ headers: masked });
  });

  it.each([
    'pin',
    'userPin',
    'PINs',
    'pinCode',
    'pin_code',
    'PinNumber',
    'conferencePINDigits',
    'passcode',
  ])('A member whose name says that it holds keys is masked: %s', (name) => {
    const payload = JSON.stringify({ TransactionAttributes: { [name]: '2468', pinTries: '1357' } });
    const input = { kind: 'FunctionResponded', sequence: 1, payload } as const;
    const text = JSON.stringify(new Mask('masked').entry({ kind: 'Input', input }));
    expect([text.includes('2468'), text.includes('1357')]).toEqual([false, true]);
  });

  it.each([
    JSON.stringify({ Type: 'JoinChimeMeeting', Parameters: { JoinToken: 'hush', MeetingId: 'm-1' } }),
    JSON.stringify({ message: JSON.stringify({ JoinToken: 'hush', MeetingId: 'm-1' }) }),
    "{ JoinToken: 'hush', MeetingId: 'm-1' }",
    "{'JoinToken': 'hush', 'MeetingId': 'm-1'}",
    '{"MeetingId":"m-1","JoinToken":"hush-and-cut',
    '{"SipHeaders":{"X-Chime-Join-Token":"hush","x":"m-1"}}',
  ])('A record hides credentials in what a function prints: %s', (text) => {
    const mask = new Mask('kept');
    const line = { requestId: 'r', functionName: 'f', text };
    const entries = [
      mask.entry({ kind: 'FunctionLog', ...line }),
      mask.entry({ kind: 'Input', input: { kind: 'UpdateRequested', arguments: { state: text } } }),
    ];
    for (const entry of entries) {
      expect(JSON.stringify(entry)).not.toContain('hush');
      expect(JSON.stringify(entry)).toContain('m-1');
    }
  });

  it('A record hides keys and tokens in answers of tables', () => {
    const body = {
      Items: [{ pin: { S: '2468' }, joinToken: { S: 'hush' }, name: { S: 'Board' }, seats: { N: '12' } }],
    };
    const rest = { requestId: 'r', operation: 'Query', print: 'p', status: 200 };
    const entry = new Mask('masked').entry({ kind: 'TableAnswer', ...rest, body });
    expect(JSON.stringify(entry)).not.toMatch(/2468|hush/);
    expect(entry).toMatchObject({ body: { Items: [{ name: { S: 'Board' }, seats: { N: '12' } }] } });
  });

  it('Masking leaves names, times and short numbers alone', () => {
    const mask = new Mask('masked');
    for (const digit of '1700')
      mask.entry({ kind: 'Input', input: { kind: 'DigitPressed', legId: 'l', digit } });
    const payload = JSON.stringify({
      To: '1700',
      DurationInMilliseconds: 1700,
      note: 'you pressed 1700',
      n: 1,
    });
    const sequence = 1;
    const masked = mask.entry({ kind: 'Input', input: { kind: 'FunctionResponded', sequence, payload } });
    expect(JSON.stringify(masked)).toContain(
      JSON.stringify('{"To":"1700","DurationInMilliseconds":1700,"note":"you pressed ••••","n":1}'),
    );
  });

  it('A masked text matches what it may have been', () => {
    expect(fitsMasked('you pressed ••••', 'you pressed 1234')).toBe(true);
    expect(fitsMasked('you pressed ••••', 'you pressed 123')).toBe(false);
    expect(fitsMasked(MASKED_SECRET, 'anything')).toBe(true);
    expect(fitsMasked('a', 'b')).toBe(false);
  });

  it('A record shows when actions begin and how they end', () => {
    const told = callWithPin().recorder.entries.flatMap((entry) =>
      entry.kind === 'Action' ? [`${entry.type} ${entry.phase} ${entry.outcome ?? ''}`.trim()] : [],
    );
    expect(told).toEqual([
      'PlayAudio began',
      'PlayAudio ended successful',
      'PlayAudioAndGetDigits began',
      'PlayAudioAndGetDigits ended successful',
      'JoinChimeMeeting began',
      'JoinChimeMeeting ended successful',
      'Hangup began',
      'Hangup ended successful',
    ]);
  });

  it('A record summarises its call in one row', () => {
    const { recorder } = callWithPin();
    recorder.add(
      { kind: 'LegEnd', legId: 'leg-a', by: 'far', reason: 'the far end hung up', sipResponseCode: 0 },
      START_MS + 2000,
    );
    const expected: Partial<CallSummary> = {
      transactionId: 'transaction',
      direction: 'inbound',
      from: '+15550100002',
      to: '+15550100001',
      state: 'ended',
      durationMs: 2000,
      end: { by: 'far', reason: 'the far end hung up' },
    };
    expect(summaryOf(recorder.entries)).toMatchObject(expected);
    expect(summaryOf(recorder.entries.slice(0, 3))?.state).toBe('lost');
    expect(summaryOf(recorder.entries.slice(0, 3), true)?.state).toBe('ringing');
  });

  it('A call in progress gets longer while nothing happens on it', () => {
    const [entries, later] = [callWithPin().recorder.entries.slice(0, 3), START_MS + 60_000];
    const lasted = (running: boolean) => lastedMs(summaryOf(entries, running) as CallSummary, later);
    expect([lasted(true), lasted(false)]).toEqual([60_000, summaryOf(entries)?.durationMs]);
  });

  it('A record is read without its incomplete last line', () => {
    const { text } = callWithPin().recorder;
    const whole = readRecord(text);
    expect(whole.complete).toBe(true);
    const torn = readRecord(text.slice(0, -10));
    expect(torn.entries).toHaveLength(whole.entries.length - 1);
    expect(torn.begin.transactionId).toBe('transaction');
  });

  it('An error names the wrong line or version of a record', () => {
    expect(() => readRecord('')).toThrow('its first line is no Begin');
    expect(() => readRecord('{"kind":"Begin","record":2}\n')).toThrow(
      'has version 2, and version 1 can be read here',
    );
    const { text } = callWithPin().recorder;
    expect(() => readRecord(text.replace('"phase":"began"', '"phase":"maybe"'))).toThrow(/Line \d+ .*phase/);
    expect(() => readRecord(text.replace('"kind":"Input"', '"kind:"Input"'))).toThrow(
      /Line \d+ .* no JSON: the file is damaged\. Take another copy/,
    );
  });

  it('The known parts of a later program’s record are read', () => {
    const { text } = callWithPin().recorder;
    const lines = text.trim().split('\n');
    const later = lines.map((line) => line.replace(/\}$/, ',"mood":{"of":["the","caller"]}}'));
    later.splice(3, 0, '{"kind":"Weather","at":1,"ms":0,"rain":true}');
    const { entries, complete } = readRecord(`${later.join('\n')}\n`);
    expect([entries.length, complete]).toEqual([lines.length, true]);
  });
});
