import type { Exchanged } from 'pstn-audio/testing';
import { describe, expect, it } from 'vitest';
import { readExportedLog } from './exported-log.ts';

const ID = '3f1c0a52-6f0e-4b53-9d0e-0d5b0c1f7a11';
const event = (Sequence: number, InvocationEventType: string) => ({
  SchemaVersion: '1.0',
  Sequence,
  InvocationEventType,
  CallDetails: {
    TransactionId: ID,
    Participants: [{ CallId: 'c-1', From: "+1415 {O'Brien}", Muted: false }],
  },
  NewMember: { of: ['a later', 'service "x"'], nothing: null },
});
const answer = (Text: string) => ({
  SchemaVersion: '1.0',
  Actions: [{ Type: 'Speak', Parameters: { Text, VoiceId: undefined } }],
});

/** Three invocations; the second one failed before it logged an answer. */
const INVOCATIONS = [
  { asked: event(1, 'NEW_INBOUND_CALL'), answered: answer('It\'s "one", {two}.\nThree.') },
  { asked: event(2, 'ACTION_SUCCESSFUL') },
  { asked: event(3, 'HANGUP'), answered: { SchemaVersion: '1.0', Actions: [] } },
];
const EXPECTED = INVOCATIONS.map(({ asked, answered }) => ({
  event: asked,
  ...(answered ? { answer: JSON.parse(JSON.stringify(answered)) } : {}),
}));

interface Line {
  at: number;
  requestId: string;
  stream: string;
  value: object;
}

/** What the function logged, line by line; each invocation ran in a process of its own. */
const LINES = INVOCATIONS.flatMap(({ asked, answered }, index): Line[] => {
  const at = Date.UTC(2026, 10, 30, 9, 0, index);
  const requestId = `00000000-0000-4000-8000-00000000000${index}`;
  const line = { at, requestId, stream: `2026/11/30/[$LATEST]${index}` };
  return [{ ...line, value: asked }, ...(answered ? [{ ...line, value: answered }] : [])];
});

/** The same, if the function prints its event once more at the end of each invocation. */
const TWICE = INVOCATIONS.flatMap((_, index) => {
  const lines = LINES.filter(({ stream }) => stream.endsWith(String(index)));
  return [...lines, ...lines.slice(0, 1)];
});

const iso = (at: number): string => new Date(at).toISOString();
/** A log line of a Node.js function, as Lambda writes it. */
const ofNode = ({ at, requestId, value }: Line): string =>
  `${iso(at)}\t${requestId}\tINFO\tGot ${JSON.stringify(value, null, 2)}\n`;
const messages = (write: (line: Line) => string) =>
  LINES.map((line) => ({
    logStreamName: line.stream,
    timestamp: line.at,
    message: write(line),
    eventId: '1',
  }));
const insightsTime = (at: number): string => iso(at).replace('T', ' ').replace('Z', '');
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** A value as `print(event)` of Python 3 writes it. */
const ofPython = (value: unknown): string => {
  if (typeof value === 'string') {
    const inner = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    return inner.includes("'") && !inner.includes('"') ? `"${inner}"` : `'${inner.replaceAll("'", "\\'")}'`;
  }
  if (Array.isArray(value)) return `[${value.map(ofPython).join(', ')}]`;
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${members.map(([name, item]) => `${ofPython(name)}: ${ofPython(item)}`).join(', ')}}`;
};

const reversed = [...LINES].reverse();

/** These lines in each form in which CloudWatch Logs exports them. */
const FORMS: Record<string, string> = {
  'filter-log-events': JSON.stringify({ events: messages(ofNode), searchedLogStreams: [] }, null, 4),
  'filter-log-events --output text': LINES.map(
    (line) => `EVENTS\t391\t1796031\t${line.stream}\t${JSON.stringify(line.value)}\t${line.at}`,
  ).join('\n'),
  'get-log-events': JSON.stringify({
    events: messages(({ value }) => JSON.stringify({ level: 'INFO', message: value })).map(
      ({ logStreamName: _, ...rest }) => rest,
    ),
    nextForwardToken: 'f/1',
  }),
  'logs tail': LINES.map(
    (line) => `${iso(line.at).replace('Z', '+00:00')} ${line.stream} ${ofNode(line)}`,
  ).join(''),
  'logs tail of Python': LINES.map(
    ({ at, stream, value }) => `${iso(at).replace('Z', '+00:00')} ${stream} ${ofPython(value)}\n`,
  ).join(''),
  'get-query-results': JSON.stringify({
    status: 'Complete',
    results: reversed.map((line) => [
      { field: '@timestamp', value: insightsTime(line.at) },
      { field: '@message', value: ofNode(line) },
      { field: '@ptr', value: 'CmEK' },
    ]),
  }),
  'JSON of Insights': JSON.stringify(
    reversed.map((line) => ({ '@timestamp': insightsTime(line.at), '@message': line.value })),
  ),
  'CSV of Insights': `@timestamp,@message\n${reversed
    .map((line) => `${insightsTime(line.at)},${cell(ofNode(line))}\n`)
    .join('')}`,
  'lines of an export to S3': LINES.map((line) => `${iso(line.at)} ${ofNode(line)}`).join(''),
  'batches of a subscription': LINES.map((line) =>
    JSON.stringify({
      messageType: 'DATA_MESSAGE',
      logEvents: [{ id: '3', timestamp: line.at, message: ofNode(line) }],
    }),
  ).join(''),
  'lines of Powertools': LINES.map(({ at, requestId, value }) =>
    JSON.stringify({
      level: 'INFO',
      message: 'Lambda invocation event',
      timestamp: iso(at),
      function_request_id: requestId,
      event: value,
    }),
  ).join('\n'),
};

const withoutTimes = (exchanged: readonly Exchanged[]) => exchanged.map(({ at: _, ...rest }) => rest);

describe('a log that was exported from CloudWatch Logs', () => {
  it('Every form of export gives the same events and answers', () => {
    for (const [form, text] of Object.entries(FORMS)) {
      expect({ form, read: withoutTimes(readExportedLog([text])) }).toEqual({ form, read: EXPECTED });
    }
  });

  it('Files of several log streams are read together', () => {
    const texts = LINES.map((line) => `${iso(line.at)} ${ofNode(line)}`).reverse();
    const read = readExportedLog(texts);
    expect(read.map(({ event: { Sequence } }) => Sequence)).toEqual([1, 2, 3]);
    expect(read.map(({ at }) => at)).toEqual([0, 1000, 2000]);
  });

  it('Lines of two concurrent invocations are told apart', () => {
    const [first, firstAnswer, second] = LINES as [Line, Line, Line];
    const text = JSON.stringify({
      events: [first, second, firstAnswer].map((line) => ({
        logStreamName: line.stream,
        message: line.value,
      })),
    });
    expect(withoutTimes(readExportedLog([text]))).toEqual(EXPECTED.slice(0, 2));
  });

  it('An event that is printed again keeps the answer before it', () => {
    for (const write of [ofNode, ({ value }: Line) => JSON.stringify(value)]) {
      const read = readExportedLog([TWICE.map(write).join('\n')]);
      expect(withoutTimes(read)).toEqual(EXPECTED);
    }
  });

  it('The rest of a file that was cut off is read', () => {
    const whole = FORMS['filter-log-events'] ?? '';
    const read = readExportedLog([whole.slice(0, whole.length * 0.6)]);
    expect(read.length).toBeGreaterThan(0);
    expect(withoutTimes(read)).toEqual(EXPECTED.slice(0, read.length));
  });

  it('A file without events says what it is and what to export', () => {
    const why = (text: string) => () => readExportedLog([text]);
    expect(why('{"voice_connector_id":"v","sip_message":"INVITE sip:+1"}')).toThrow('/aws/lambda/NAME');
    expect(why("{ InvocationEventType: 'HANGUP', CallDetails: [Object] }")).toThrow('JSON.stringify(event)');
    expect(why('{{{{ nothing')).toThrow('neither a record of a call nor an event');
    expect(() => readExportedLog([FORMS['logs tail'] ?? ''], 'ffff')).toThrow(
      `no event of the call ffff: --transaction takes one of ${ID}`,
    );
  });
});
