import type { Call } from '../engine/call.ts';
import type { CallInput } from '../engine/inputs.ts';
import type { CallOutput } from '../engine/outputs.ts';
import { INPUT_KINDS } from '../engine/transitions.ts';
import { exactly, exactNumber, exactText } from '../schema/exact.ts';
import { flag, listOf, oneOf } from '../schema/kinds.ts';
import { bad, type Flaw, good, isObject, type Meant, type Schema } from '../schema/schema.ts';
import { optional, required } from '../schema/shape.ts';
import type { CallSummary } from './call-summary.ts';

/**
 * The record of a call: everything that happened on it, in order, one entry per line (JSON Lines). `Input`,
 * `Output` and `Restored` are what the engine was given and what it returned: `step`, given the inputs and
 * their `at`, returns the same outputs again. The other entries describe what happened around them. `mask.ts`
 * decides what a record may contain and what is masked.
 */

/** Version of the format. A reader refuses a record of another version. */
export const RECORD_VERSION = 1;

/** A non-negative number that may have a fraction. */
function span(what: string): Schema<number, number> {
  return {
    allowed: what,
    read: (value) =>
      typeof value === 'number' && Number.isFinite(value) && value >= 0 ? good(value) : bad(value, what),
  };
}

/** A document whose members are not checked here. */
function document<T>(what: string, fits: (value: Readonly<Record<string, unknown>>) => boolean) {
  const schema: Schema<T, T> = {
    allowed: what,
    read: (value) => (isObject(value) && fits(value) ? good(value as T) : bad(value, what)),
  };
  return schema;
}

const isKind = (kinds: readonly string[] | undefined) => (value: Readonly<Record<string, unknown>>) =>
  typeof value.kind === 'string' && (kinds === undefined || kinds.includes(value.kind));

const INPUT = document<CallInput>('an input of the engine', isKind(INPUT_KINDS));
const OUTPUT = document<CallOutput>('an output of the engine', isKind(undefined));
const CALL = document<Call>(
  "the engine's state of a call",
  ({ transactionId }) => typeof transactionId === 'string',
);
const SUMMARY = document<CallSummary>(
  'the call in one row',
  ({ transactionId, at }) => typeof transactionId === 'string' && typeof at === 'number',
);
const PARAMETERS = document<Readonly<Record<string, unknown>>>("an action's parameters", () => true);
const TEXT = exactText('a text');
const LEG_ID = exactText('the id of a leg');
const PHASE = oneOf('began', 'ended');
/** Loudness in each interval of `everyMs`, in decibels below full scale. */
const LEVELS = exactly(
  {
    /** Level of the highest sample. */
    peak: required(listOf(exactNumber(0), { what: 'decibels below full scale, 0 to 127' })),
    /** Level of the mean power, relative to that of a full-scale sine. */
    mean: required(listOf(exactNumber(0), { what: 'decibels below full scale, 0 to 127' })),
  },
  'levels',
);
const HEADER = listOf(TEXT, { min: 2, max: 2, what: 'texts: name and value of a header' });

function entry<const Kind extends string>(kind: Kind) {
  return {
    kind: required(oneOf(kind)),
    /** Milliseconds since the epoch; for an input, the time that `step` was given. */
    at: required(exactNumber(0)),
    /** Milliseconds since the record began, by a monotonic clock. */
    ms: required(span('milliseconds since the record began')),
  };
}

/** One line of a function's stack trace. */
const FRAME = exactly(
  {
    /** The function's name, or the whole line if it names no place in a file. */
    text: required(TEXT),
    /** The developer's source file, mapped back from the code that ran. */
    file: optional(exactText('the path of a source file')),
    line: optional(exactNumber(1)),
    column: optional(exactNumber(0)),
  },
  'a line of a stack trace',
);

/** The schema of every entry, by its kind. */
export const ENTRY_SCHEMAS = {
  /** The first line of every record. */
  Begin: exactly(
    {
      ...entry('Begin'),
      /** Version of the format. */
      record: required(exactNumber(1)),
      transactionId: required(exactText('the TransactionId of the call')),
      /** Whether the record keeps pressed keys or masks them. */
      keys: required(oneOf('masked', 'kept')),
      /** The program that writes the record, e.g. `chime-local 0.1.0`. */
      writer: required(TEXT),
    },
    'the beginning of a record',
  ),
  /** A restarted runtime took over the call in order to end it; `call` is the state that it found. */
  Restored: exactly({ ...entry('Restored'), call: required(CALL) }, 'a call that was taken up'),
  /** The engine was given this input at the time `at`. */
  Input: exactly({ ...entry('Input'), input: required(INPUT) }, 'an input'),
  /** The engine returned this output; the entry follows the input that caused it. `WakeAt` is not recorded. */
  Output: exactly({ ...entry('Output'), output: required(OUTPUT) }, 'an output'),
  /**
   * An invocation has ended. Its event is in the output `InvokeFunction` with this `sequence`; its answer is
   * in the input that follows.
   */
  Invocation: exactly(
    {
      ...entry('Invocation'),
      sequence: required(exactNumber(1)),
      /** 1, or 2 for the retry. */
      attempt: required(exactNumber(1)),
      functionArn: required(TEXT),
      /** Lambda's request id, which the invocation's log lines carry. Absent if the function was not invoked. */
      requestId: optional(TEXT),
      durationMs: required(span('milliseconds')),
      /** True if the function's process was started for this invocation. */
      coldStart: optional(flag()),
      outcome: required(oneOf('answered', 'error', 'throttled', 'accessDenied', 'unavailable')),
      /**
       * True if the event did not reach the function, e.g. because of an injected fault: the answer is not
       * the function's.
       */
      undelivered: optional(flag()),
      /** True if the answer came when the service no longer waited for it: no input follows. */
      late: optional(flag()),
      /** The handler's source file, on the machine of the runtime. */
      source: optional(exactText('the path of a source file')),
      /** What the function threw. */
      error: optional(
        exactly(
          {
            type: required(TEXT),
            message: required(TEXT),
            stack: required(listOf(FRAME, { what: 'lines of a stack trace' })),
          },
          'an error of a function',
        ),
      ),
    },
    'an invocation',
  ),
  /** A line that a function printed during an invocation of this call. */
  FunctionLog: exactly(
    {
      ...entry('FunctionLog'),
      functionName: required(TEXT),
      requestId: required(TEXT),
      text: required(TEXT),
    },
    'a line of a log',
  ),
  /** A table has answered a request that a function made during an invocation of this call. */
  TableAnswer: exactly(
    {
      ...entry('TableAnswer'),
      requestId: required(TEXT),
      /** DynamoDB's name of the operation: `GetItem`, `Query`, … */
      operation: required(TEXT),
      /** Fingerprint of the request: requests that differ only in their values have the same one. */
      print: required(TEXT),
      /** HTTP status: 200, or that of an error. */
      status: required(exactNumber(200)),
      /** The answer, in DynamoDB's JSON. */
      body: required(document<Readonly<Record<string, unknown>>>('an answer of DynamoDB', () => true)),
    },
    'an answer of a table',
  ),
  /** A SIP message of a leg. */
  Sip: exactly(
    {
      ...entry('Sip'),
      legId: required(LEG_ID),
      direction: required(oneOf('received', 'sent')),
      transport: required(TEXT),
      /** The far end, `address:port`. */
      peer: required(TEXT),
      startLine: required(TEXT),
      /** Names and values as written in the message. */
      headers: required(listOf(HEADER, { what: 'headers' })),
      /** The session description; other bodies are left out. */
      body: optional(TEXT),
      /** Number of characters that were left out. */
      leftOut: optional(exactNumber(1)),
    },
    'a SIP message',
  ),
  /** An action of the application has begun or ended. */
  Action: exactly(
    {
      ...entry('Action'),
      phase: required(PHASE),
      type: required(exactText('the type of an action')),
      legId: required(LEG_ID),
      /** Only at the beginning: checked, with defaults filled in. */
      parameters: optional(PARAMETERS),
      /** Only at the end; `stopped`: nothing was reported to the function. */
      outcome: optional(oneOf('successful', 'failed', 'interrupted', 'stopped')),
      errorType: optional(TEXT),
    },
    'an action',
  ),
  /** The playback of a sound to a leg has begun or ended. */
  Sound: exactly(
    {
      ...entry('Sound'),
      phase: required(PHASE),
      legId: required(LEG_ID),
      playId: required(exactText('the id of a play request')),
      /** `bucket/key` of a file, or the text that is spoken. */
      name: optional(TEXT),
      /** Milliseconds that one playback takes. */
      lengthMs: optional(span('milliseconds')),
      repeat: optional(exactNumber(1)),
      /** Milliseconds that were played. */
      playedMs: optional(span('milliseconds')),
      outcome: optional(oneOf('finished', 'stopped', 'failed')),
    },
    'a sound',
  ),
  /**
   * How loud a telephone's leg was; the interval of the last level ends at `ms`. 0 is the loudest and 127 is
   * silence, as in RFC 6464. A direction that is left out was silent, and so was any time without an entry.
   */
  Levels: exactly(
    {
      ...entry('Levels'),
      legId: required(LEG_ID),
      /** Milliseconds that each level covers. */
      everyMs: required(exactNumber(1)),
      /** What the leg's party heard. */
      heard: optional(LEVELS),
      /** What the leg's party said. */
      said: optional(LEVELS),
    },
    'levels',
  ),
  /** The call's place in a meeting has changed, through the call itself or through others. */
  Meeting: exactly(
    {
      ...entry('Meeting'),
      meetingId: required(TEXT),
      attendeeId: required(TEXT),
      change: required(oneOf('joined', 'left', 'muted', 'unmuted')),
    },
    'a change in a meeting',
  ),
  /** A telephone's leg has ended. */
  LegEnd: exactly(
    {
      ...entry('LegEnd'),
      legId: required(LEG_ID),
      /** See `LegEnder`. */
      by: required(oneOf('far', 'application', 'service', 'us', 'fault')),
      /** In words that follow "ended because": `the far end hung up`. */
      reason: required(TEXT),
      sipResponseCode: required(exactNumber(0)),
    },
    'the end of a leg',
  ),
  /** Something is unusual about a telephone, and what to do about it, in words that follow its number. */
  Note: exactly({ ...entry('Note'), legId: required(LEG_ID), text: required(TEXT) }, 'a note'),
  /** Something went wrong in the runtime. */
  Fault: exactly({ ...entry('Fault'), text: required(TEXT) }, 'a fault'),
  /** The record has reached its maximum length: only its end follows. Such a record cannot be replayed completely. */
  Cut: exactly({ ...entry('Cut'), afterBytes: required(exactNumber(1)) }, 'the cut of a record'),
  /** The last line, soon after the engine's `CallEnded`: SIP messages may come between. */
  End: exactly({ ...entry('End'), summary: required(SUMMARY) }, 'the end of a record'),
};

type Schemas = typeof ENTRY_SCHEMAS;

/** The kind of an entry. */
export type EntryKind = keyof Schemas;
/** The entry of one kind: `EntryOf<'Input'>`. */
export type EntryOf<Kind extends EntryKind> = { [K in Kind]: Meant<Schemas[K]> }[Kind];
/** One line of a record; `kind` tells which. */
export type RecordEntry = EntryOf<EntryKind>;
/** One line of a stack trace. */
export type StackFrame = Meant<typeof FRAME>;

/** An entry as it is reported; the record adds the times. */
export type ReportedEntry = { [K in EntryKind]: Omit<EntryOf<K>, 'at' | 'ms'> }[EntryKind];

/** Every `kind` of entry. */
export const ENTRY_KINDS = Object.keys(ENTRY_SCHEMAS) as EntryKind[];

/** The flaws of a value that should be an entry; empty if it is one. */
export function entryFlaws(value: unknown): readonly Flaw[] {
  const kind = isObject(value) ? value.kind : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(ENTRY_SCHEMAS, kind)) {
    return [{ path: ['kind'], value: kind, allowed: `one of ${ENTRY_KINDS.join(', ')}` }];
  }
  const reading = ENTRY_SCHEMAS[kind as EntryKind].read(value);
  return 'flaws' in reading ? reading.flaws : [];
}
