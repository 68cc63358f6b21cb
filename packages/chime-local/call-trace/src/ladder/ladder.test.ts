import type { RecordEntry } from 'pstn-audio/record';
import { describe, expect, it } from 'vitest';
import { ladderOf } from './ladder.ts';

const LEG = 'leg-a';
const times = (ms: number) => ({ at: 1_700_000_000_000 + ms, ms });
const sip = (
  ms: number,
  direction: 'received' | 'sent',
  startLine: string,
  cseq = '1 INVITE',
): RecordEntry => ({
  kind: 'Sip',
  ...times(ms),
  legId: LEG,
  direction,
  transport: 'udp',
  peer: '127.0.0.1:5062',
  startLine,
  headers: [['CSeq', cseq]],
});
const event = (ms: number, sequence: number, type: string): RecordEntry =>
  ({
    kind: 'Output',
    ...times(ms),
    output: { kind: 'InvokeFunction', sequence, event: { Sequence: sequence, InvocationEventType: type } },
  }) as RecordEntry;
const entries = [
  sip(0, 'received', 'INVITE sip:a@b SIP/2.0'),
  {
    kind: 'Input',
    ...times(1),
    input: { kind: 'LegArrived', legId: LEG, from: '+1555', to: '+1201', targets: [] },
  },
  event(1, 1, 'NEW_INBOUND_CALL'),
  { kind: 'FunctionLog', ...times(3), functionName: 'fn', requestId: 'r-1', text: '2026\tr-1\tINFO\thello' },
  {
    kind: 'Invocation',
    ...times(11),
    sequence: 1,
    attempt: 1,
    functionArn: 'arn',
    requestId: 'r-1',
    durationMs: 10,
    outcome: 'answered',
  },
  {
    kind: 'Input',
    ...times(11),
    input: {
      kind: 'FunctionResponded',
      sequence: 1,
      payload: '{"Actions":[{"Type":"Pause"},{"Type":"Hangup"}]}',
    },
  },
  { kind: 'Action', ...times(11), phase: 'began', type: 'Pause', legId: LEG },
  { kind: 'Action', ...times(1011), phase: 'ended', type: 'Pause', legId: LEG, outcome: 'successful' },
  { kind: 'Sound', ...times(1012), phase: 'began', legId: LEG, playId: 'play-1', name: 'prompts/en/a.wav' },
  sip(1500, 'sent', 'SIP/2.0 200 OK', '2 BYE'),
  event(1501, 2, 'HANGUP'),
] as RecordEntry[];

describe('the ladder of a call', () => {
  it('the ladder has a lane for telephones, edge, engine and function', () => {
    expect(ladderOf(entries).lanes.map(({ name }) => name)).toEqual([
      '+1555',
      'SIP edge',
      'Engine',
      'Function',
    ]);
  });

  it('the ladder tells who told whom what, in order', () => {
    const told = ladderOf(entries).rows.map(({ from, to, text }) => `${from}>${to} ${text}`);
    expect(told).toEqual([
      '0>1 INVITE',
      '1>2 call from +1555 to +1201',
      '2>3 #1 NEW_INBOUND_CALL',
      '3>3 hello',
      '3>2 Pause · Hangup (10 ms)',
      '2>2 Pause begins',
      '2>2 Pause successful',
      '1>0 ♪ a.wav',
      '1>0 200 OK (BYE)',
      '2>3 #2 HANGUP',
    ]);
  });

  it('an invocation is put together: event, answer, log lines', () => {
    const { rows } = ladderOf(entries);
    const asked = rows.find(({ kind }) => kind === 'event')?.invocation;
    const answered = rows.find(({ kind }) => kind === 'answer')?.invocation;
    expect(asked).toBe(answered);
    expect(asked?.log.map(({ text }) => text)).toEqual(['2026\tr-1\tINFO\thello']);
    expect(asked?.ended?.durationMs).toBe(10);
  });

  it.each([
    ['far', 'hung up'],
    ['application', 'hung up by the application'],
    ['service', 'hung up by the service'],
    ['us', 'hung up by the application or the service'],
    ['fault', 'hung up'],
  ] as const)('a leg that %s ended reads "%s"', (by, text) => {
    const end: RecordEntry = {
      kind: 'LegEnd',
      ...times(1502),
      legId: LEG,
      by,
      reason: 'hung up',
      sipResponseCode: 0,
    };
    expect(ladderOf([...entries, end]).rows.at(-1)?.text).toBe(text);
  });

  it('bars show what lasts, open ones what still does', () => {
    const bars = ladderOf(entries).bars.map(({ track, text, beginMs, endMs }) => [
      track,
      text,
      beginMs,
      endMs,
    ]);
    expect(bars).toEqual([
      ['function', 'NEW_INBOUND_CALL', 1, 11],
      ['action', 'Pause', 11, 1011],
      ['sound', 'a.wav', 1012, undefined],
      ['function', 'HANGUP', 1501, undefined],
    ]);
  });
});
