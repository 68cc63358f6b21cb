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
 * The record of a call: everything that happened on it, in order, one entry a line (JSON Lines). `Input`, `Output` and
 * `Restored` are what the engine was given and what it gave: `step`, fed with the inputs and their `at`, gives the
 * outputs again. The other entries tell what happened around them. What may be in a record and what is masked:
 * `mask.ts`.
 */

/** Version of the format. A reader refuses a record of another one. */
export const RECORD_VERSION = 1;

/** A number that is not negative, with a fraction. */
function span(what: string): Schema<number, number> {
  return {
    allowed: what,
    read: (value) =>
      typeof value === 'number' && Number.isFinite(value) && value >= 0 ? good(value) : bad(value, what),
  };
}

/** A document that is checked elsewhere, or by nobody. */
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
/** How loud it was in each `everyMs`, decibels below full scale. */
const LEVELS = exactly(
  {
    /** Of the highest sample. */
    peak: required(listOf(exactNumber(0), { what: 'decibels below full scale, 0 to 127' })),
    /** Of the mean power, against that of a full-scale sine. */
    mean: required(listOf(exactNumber(0), { what: 'decibels below full scale, 0 to 127' })),
  },
  'levels',
);
const HEADER = listOf(TEXT, { min: 2, max: 2, what: 'texts: name and value of a header' });

function entry<const Kind extends string>(kind: Kind) {
  return {
    kind: required(oneOf(kind)),
    /** Milliseconds since the epoch; of an input, the time that `step` was given. */
    at: required(exactNumber(0)),
    /** Milliseconds since the record began, by a clock that is never set. */
    ms: required(span('milliseconds since the record began')),
  };
}

/** One line of a function's stack trace. */
const FRAME = exactly(
  {
    /** What the line says: the function's name, or the whole line where it names no place. */
    text: required(TEXT),
    /** The developer's source, mapped back from the code that ran. */
    file: optional(exactText('the path of a source file')),
    line: optional(exactNumber(1)),
    column: optional(exactNumber(0)),
  },
  'a line of a stack trace',
);

/** Every entry by its kind. */
export const ENTRY_SCHEMAS = {
  /** The first line of every record. */
  Begin: exactly(
    {
      ...entry('Begin'),
      /** Version of the format. */
      record: required(exactNumber(1)),
      transactionId: required(exactText('the TransactionId of the call')),
      /** Whether pressed keys are in the record as they were, or masked. */
      keys: required(oneOf('masked', 'kept')),
      /** The program that writes, e.g. `chime-local 0.1.0`. */
      writer: required(TEXT),
    },
    'the beginning of a record',
  ),
  /** A runtime that was started anew took the call up, to end it: the state with which it did. */
  Restored: exactly({ ...entry('Restored'), call: required(CALL) }, 'a call that was taken up'),
  /** The engine was given this, at the time `at`. */
  Input: exactly({ ...entry('Input'), input: required(INPUT) }, 'an input'),
  /** The engine asked for this; it follows the input that caused it. */
  Output: exactly({ ...entry('Output'), output: required(OUTPUT) }, 'an output'),
  /**
   * An invocation has ended. Its event is in the output `InvokeFunction` with this `sequence`, its answer in the input
   * that follows.
   */
  Invocation: exactly(
    {
      ...entry('Invocation'),
      sequence: required(exactNumber(1)),
      /** 1, or 2 for the retry. */
      attempt: required(exactNumber(1)),
      functionArn: required(TEXT),
      /** Lambda's id of it, which its log lines carry. Absent when the function was not invoked. */
      requestId: optional(TEXT),
      durationMs: required(span('milliseconds')),
      /** The function's process was started for it. */
      coldStart: optional(flag()),
      outcome: required(oneOf('answered', 'error', 'throttled', 'accessDenied', 'unavailable')),
      /** The event was kept from the function, e.g. by a fault that somebody switched on: the answer is not the function's. */
      undelivered: optional(flag()),
      /** It came when the service waited no more: no input follows. */
      late: optional(flag()),
      /** The file in which the handler is written, on the machine of the runtime. */
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
  /** A line that a function printed while it worked on an invocation of this call. */
  FunctionLog: exactly(
    {
      ...entry('FunctionLog'),
      functionName: required(TEXT),
      requestId: required(TEXT),
      text: required(TEXT),
    },
    'a line of a log',
  ),
  /** A table has answered a function that worked on an invocation of this call. */
  TableAnswer: exactly(
    {
      ...entry('TableAnswer'),
      requestId: required(TEXT),
      /** DynamoDB's name of what was asked: `GetItem`, `Query`, … */
      operation: required(TEXT),
      /** Requests that ask the same, but for the values, have the same. */
      print: required(TEXT),
      /** Of HTTP: 200, or that of an error. */
      status: required(exactNumber(200)),
      /** DynamoDB's JSON. */
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
      /** Names and values as they were written. */
      headers: required(listOf(HEADER, { what: 'headers' })),
      /** The session description; other bodies are left out. */
      body: optional(TEXT),
      /** Characters that were left out. */
      leftOut: optional(exactNumber(1)),
    },
    'a SIP message',
  ),
  /** An action of the application has begun, or is over. */
  Action: exactly(
    {
      ...entry('Action'),
      phase: required(PHASE),
      type: required(exactText('the type of an action')),
      legId: required(LEG_ID),
      /** At its beginning: checked, defaults filled in. */
      parameters: optional(PARAMETERS),
      /** At its end; `stopped`: without a word to the function. */
      outcome: optional(oneOf('successful', 'failed', 'interrupted', 'stopped')),
      errorType: optional(TEXT),
    },
    'an action',
  ),
  /** A sound has begun to be played to a leg, or is over. */
  Sound: exactly(
    {
      ...entry('Sound'),
      phase: required(PHASE),
      legId: required(LEG_ID),
      playId: required(exactText('the id of a play request')),
      /** `bucket/key` of a file, or the text that is spoken. */
      name: optional(TEXT),
      /** Milliseconds of one playing. */
      lengthMs: optional(span('milliseconds')),
      repeat: optional(exactNumber(1)),
      /** Milliseconds that were played. */
      playedMs: optional(span('milliseconds')),
      outcome: optional(oneOf('finished', 'stopped', 'failed')),
    },
    'a sound',
  ),
  /**
   * How loud a telephone's leg was until `ms`, at the end of which the last level lies: 0 is the loudest, 127 silence, as
   * in RFC 6464. A direction that is left out was silent, as is every time that no entry tells of.
   */
  Levels: exactly(
    {
      ...entry('Levels'),
      legId: required(LEG_ID),
      /** Milliseconds of each level. */
      everyMs: required(exactNumber(1)),
      /** What the leg's party heard. */
      heard: optional(LEVELS),
      /** What it said. */
      said: optional(LEVELS),
    },
    'levels',
  ),
  /** The call's place in a meeting has changed, by itself or by others. */
  Meeting: exactly(
    {
      ...entry('Meeting'),
      meetingId: required(TEXT),
      attendeeId: required(TEXT),
      change: required(oneOf('joined', 'left', 'muted', 'unmuted')),
    },
    'a change in a meeting',
  ),
  /** A telephone's leg is over. */
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
  /** Something is odd about a telephone, and what to do about it: in words that follow its number. */
  Note: exactly({ ...entry('Note'), legId: required(LEG_ID), text: required(TEXT) }, 'a note'),
  /** Something went wrong in the runtime. */
  Fault: exactly({ ...entry('Fault'), text: required(TEXT) }, 'a fault'),
  /** The record is as long as a record may be: nothing but its end follows. Such a record cannot be replayed whole. */
  Cut: exactly({ ...entry('Cut'), afterBytes: required(exactNumber(1)) }, 'the cut of a record'),
  /** The last line, soon after the engine's `CallEnded`: SIP messages may come between. */
  End: exactly({ ...entry('End'), summary: required(SUMMARY) }, 'the end of a record'),
};

type Schemas = typeof ENTRY_SCHEMAS;

/** What may be told in a record. */
export type EntryKind = keyof Schemas;
/** One certain entry: `EntryOf<'Input'>`. */
export type EntryOf<Kind extends EntryKind> = { [K in Kind]: Meant<Schemas[K]> }[Kind];
/** One line of a record; `kind` tells which. */
export type RecordEntry = EntryOf<EntryKind>;
/** One line of a stack trace. */
export type StackFrame = Meant<typeof FRAME>;

/** An entry as whoever reports it writes it: the record adds the times. */
export type ReportedEntry = { [K in EntryKind]: Omit<EntryOf<K>, 'at' | 'ms'> }[EntryKind];

/** Every `kind` of entry. */
export const ENTRY_KINDS = Object.keys(ENTRY_SCHEMAS) as EntryKind[];

/** What is wrong with a value that should be an entry; nothing when it is one. */
export function entryFlaws(value: unknown): readonly Flaw[] {
  const kind = isObject(value) ? value.kind : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(ENTRY_SCHEMAS, kind)) {
    return [{ path: ['kind'], value: kind, allowed: `one of ${ENTRY_KINDS.join(', ')}` }];
  }
  const reading = ENTRY_SCHEMAS[kind as EntryKind].read(value);
  return 'flaws' in reading ? reading.flaws : [];
}
