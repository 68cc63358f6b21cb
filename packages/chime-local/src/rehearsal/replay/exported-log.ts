import type { InvocationEvent } from 'pstn-audio';
import type { Exchanged } from 'pstn-audio/testing';
import { isObject, UserError } from '#platform';

/** Levels of nesting in which an event is looked for: a log line in a message, a message in an export. */
const MAX_DEPTH = 10;

type Members = Record<string, unknown>;

const isEvent = (value: Members): boolean =>
  typeof value.InvocationEventType === 'string' && isObject(value.CallDetails);
const isAnswer = (value: Members): boolean =>
  typeof value.SchemaVersion === 'string' && !('InvocationEventType' in value) && !('CallDetails' in value);

/** The documents in a value, in order: texts that hold JSON, and members, are looked into. */
function* documentsIn(value: unknown, depth = 0): Generator<Members> {
  if (depth > MAX_DEPTH) return;
  if (typeof value === 'string') {
    const begins = value.indexOf('{');
    const inner = begins < 0 ? undefined : parsed(value.slice(begins).trim());
    if (inner !== undefined) yield* documentsIn(inner, depth + 1);
  } else if (Array.isArray(value)) {
    for (const item of value) yield* documentsIn(item, depth + 1);
  } else if (isObject(value)) {
    if (isEvent(value) || isAnswer(value)) yield value;
    else for (const item of Object.values(value)) yield* documentsIn(item, depth + 1);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The events of a call in what was exported from CloudWatch Logs: JSON Lines, or one JSON document (`filter-log-events`,
 * `get-log-events`), of a function that logs its events and, where it does, its answers. How the service itself writes the
 * log of a SIP media application is described nowhere: every line that holds an event is taken, whatever is around it.
 *
 * @throws UserError when there is no event in it, or there are several calls and none is named
 */
export function readExportedLog(text: string, transactionId?: string): Exchanged[] {
  const whole = parsed(text);
  const lines = whole === undefined ? text.split('\n').map((line) => parsed(line) ?? line) : [whole];
  const calls = new Map<string, Exchanged[]>();
  let last: Exchanged | undefined;
  for (const document of documentsIn(lines)) {
    if (!isEvent(document)) {
      if (last && last.answer === undefined) last.answer = document;
      continue;
    }
    last = { at: 0, event: document as unknown as InvocationEvent };
    const id = String(last.event.CallDetails.TransactionId);
    const call = calls.get(id) ?? [];
    calls.set(id, call);
    // A retry carries the same number: the service asked once more, and the last answer counts.
    const again = call.findIndex(({ event }) => event.Sequence === last?.event.Sequence);
    if (again >= 0) call.splice(again, 1);
    call.push(last);
  }
  const found =
    transactionId === undefined
      ? [...calls.keys()]
      : [...calls.keys()].filter((id) => id.startsWith(transactionId));
  const [only] = found;
  if (only === undefined) {
    throw new UserError(
      'There is neither a record of a call nor an event of a SIP media application in it: each line, or its message, should hold an event as the function got it.',
    );
  }
  if (found.length > 1) {
    throw new UserError(
      `It has the events of ${found.length} calls: name one with --transaction ID (${found.slice(0, 5).join(', ')}).`,
    );
  }
  return (calls.get(only) ?? []).sort((one, other) => one.event.Sequence - other.event.Sequence);
}
