import type { InvocationEvent } from 'pstn-audio';
import type { Exchanged } from 'pstn-audio/testing';
import { isObject, UserError } from '#platform';
import { objectsIn } from './log-text.ts';

/**
 * Maximum depth at which an event is searched for: an event in a log line, a line in a message, a message in
 * an export.
 */
const MAX_DEPTH = 10;

type Members = Record<string, unknown>;

/** Which log line a document comes from, as far as the log tells. */
interface Origin {
  /** Milliseconds since the epoch. */
  at?: number;
  requestId?: string;
  stream?: string;
}

interface LogDocument extends Origin {
  document: Members;
}

const isEvent = (value: Members): boolean =>
  typeof value.InvocationEventType === 'string' && isObject(value.CallDetails);
const isAnswer = (value: Members): boolean =>
  typeof value.SchemaVersion === 'string' && !('InvocationEventType' in value) && !('CallDetails' in value);

/**
 * The documents in a value, in order, including those in texts that hold JSON and in members. For the origin
 * of a line, outer values take precedence over what the function wrote into the line.
 */
function* documentsIn(value: unknown, origin: Origin, depth = 0): Generator<LogDocument> {
  if (depth > MAX_DEPTH) return;
  if (typeof value === 'string') {
    if (!value.includes('{')) return;
    let told: Origin = {};
    for (const { value: inner, before } of objectsIn(value)) {
      told = { ...told, ...originInText(before) };
      yield* documentsIn(inner, { ...told, ...origin }, depth + 1);
    }
  } else if (Array.isArray(value)) {
    const row = rowOfInsights(value);
    if (row) yield* documentsIn(row, origin, depth + 1);
    else for (const item of value) yield* documentsIn(item, origin, depth + 1);
  } else if (isObject(value)) {
    if (isEvent(value) || isAnswer(value)) yield { ...origin, document: value };
    else {
      const told = { ...originInMembers(value), ...origin };
      for (const item of Object.values(value)) yield* documentsIn(item, told, depth + 1);
    }
  }
}

/** The row of Logs Insights, which `get-query-results` writes as a list of fields. */
function rowOfInsights(items: readonly unknown[]): Members | undefined {
  const fields = items.filter((item) => isObject(item) && typeof item.field === 'string') as Members[];
  if (fields.length === 0 || fields.length !== items.length) return undefined;
  return Object.fromEntries(fields.map(({ field, value }) => [String(field), value]));
}

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?/g;

/**
 * What Lambda, `aws logs tail` and an export to S3 write before a message: its time and, for Node.js, the
 * request id.
 */
function originInText(before: string): Origin {
  const time = before.match(TIME)?.at(-1);
  const requestId = before.match(GUID)?.at(-1);
  return {
    ...(time === undefined ? {} : { at: Date.parse(`${time.replace(' ', 'T')}Z`) }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function originInMembers(members: Members): Origin {
  const time = members['@timestamp'] ?? members.timestamp;
  const at = typeof time === 'number' ? time : originInText(String(time ?? '')).at;
  const requestId = members['@requestId'] ?? members.requestId ?? members.function_request_id;
  const stream = members['@logStream'] ?? members.logStreamName ?? members.logStream;
  return {
    ...(at === undefined ? {} : { at }),
    ...(typeof requestId === 'string' ? { requestId } : {}),
    ...(typeof stream === 'string' ? { stream } : {}),
  };
}

/** Insights lists the newest first, and so do files saved from it. */
function oldestFirst(documents: LogDocument[]): LogDocument[] {
  const times = documents.flatMap(({ at }) => at ?? []);
  const newestFirst = (times[0] ?? 0) > (times.at(-1) ?? 0);
  return newestFirst ? documents.reverse() : documents;
}

const mayBe = (one: string | undefined, other: string | undefined): boolean =>
  one === undefined || other === undefined || one === other;

interface Asked extends Origin {
  exchanged: Exchanged;
}

/** Each event with the answer that follows it in lines of the same invocation, as far as the lines identify it. */
function exchangesIn(documents: readonly LogDocument[]): Asked[] {
  const asked: Asked[] = [];
  for (const { document, ...origin } of documents) {
    if (isEvent(document)) {
      asked.push({ ...origin, exchanged: { at: 0, event: document as unknown as InvocationEvent } });
      continue;
    }
    const of = asked.findLast(
      ({ requestId, stream }) => mayBe(requestId, origin.requestId) && mayBe(stream, origin.stream),
    );
    if (of && of.exchanged.answer === undefined) of.exchanged.answer = document;
  }
  return asked;
}

/**
 * The events of a call in an export from CloudWatch Logs, of a function that logs its events and possibly its
 * answers. Reads `filter-log-events`, `get-log-events`, `get-query-results` and `tail` of the AWS CLI in any
 * output format, rows saved from Logs Insights (JSON, CSV), and lines of an export to S3. How the service
 * itself writes the log of a SIP media application is not documented, so any line that contains an event is
 * accepted, whatever is around it.
 *
 * @param texts the contents of the files
 * @throws UserError if they contain no event, or several calls and none is named
 */
export function readExportedLog(texts: readonly string[], transactionId?: string): Exchanged[] {
  const calls = new Map<string, Asked[]>();
  for (const text of texts) {
    for (const asked of exchangesIn(oldestFirst([...documentsIn(text, {})]))) {
      const { event } = asked.exchanged;
      const id = String(event.CallDetails.TransactionId);
      const call = calls.get(id) ?? [];
      calls.set(id, call);
      // A retry has the same number: the service invoked the function once more, and the last answer counts.
      const again = call.findIndex(({ exchanged }) => exchanged.event.Sequence === event.Sequence);
      const [before] = again >= 0 ? call.splice(again, 1) : [];
      // A function may also print its event again after its answer.
      const isSame = before !== undefined && mayBe(before.requestId, asked.requestId);
      if (isSame) asked.exchanged.answer ??= before.exchanged.answer;
      call.push(asked);
    }
  }
  const ids = [...calls.keys()].filter((id) => id.startsWith(transactionId ?? ''));
  const [only] = ids;
  if (calls.size === 0) throw new UserError(whyWithoutEvents(texts.join('\n')));
  if (only === undefined) {
    throw new UserError(
      `It has no event of the call ${transactionId}: --transaction takes one of ${listed([...calls.keys()])}.`,
    );
  }
  if (ids.length > 1) {
    throw new UserError(
      `It has the events of ${ids.length} calls: name one with --transaction ID (${listed(ids)}).`,
    );
  }
  return inOrder(calls.get(only) ?? []);
}

function inOrder(call: readonly Asked[]): Exchanged[] {
  const sorted = [...call].sort(
    (one, other) => one.exchanged.event.Sequence - other.exchanged.event.Sequence,
  );
  const began = sorted[0]?.at;
  return sorted.map(({ exchanged, at }) => ({
    ...exchanged,
    at: at === undefined || began === undefined ? 0 : Math.max(0, at - began),
  }));
}

const listed = (ids: readonly string[]): string => ids.slice(0, 5).join(', ');

/** Says what the text is instead, and what to export. */
function whyWithoutEvents(text: string): string {
  if (/InvocationEventType: '/.test(text)) {
    return 'Its events are cut short ("[Object]"), as console.log(event) of Node.js prints them: let the function log JSON.stringify(event), and export the log of another call.';
  }
  if (/"sip_message"|"SipMediaApplicationId"/.test(text)) {
    return 'It has messages of the service, and none of them holds what the function was asked: export the log group of the function, /aws/lambda/NAME.';
  }
  return 'There is neither a record of a call nor an event of a SIP media application in it: each line, or its message, should hold an event as the function got it.';
}
