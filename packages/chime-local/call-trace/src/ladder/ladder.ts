import type { EntryOf, RecordEntry } from 'pstn-audio/record';
import { type Invocation, invocationsOf } from './invocations.ts';
import { type Wave, wavesIn } from './levels.ts';
import { actionsIn, endWords, outputWords, sipWords } from './words.ts';

/** Who takes part: far ends (telephones), our SIP edge, the engine, the function. */
export interface Lane {
  id: string;
  name: string;
}

/** What a row is about; its colour and its filter hang on it. */
export type RowKind =
  | 'sip'
  | 'event'
  | 'answer'
  | 'failure'
  | 'update'
  | 'key'
  | 'action'
  | 'sound'
  | 'log'
  | 'engine';

/** One thing that happened: an arrow from one lane to another, or a note on one. */
export interface Row {
  /** Place in the record. */
  index: number;
  ms: number;
  kind: RowKind;
  from: number;
  /** The same as `from`: a note. */
  to: number;
  text: string;
  entry: RecordEntry;
  invocation?: Invocation;
}

/** Something that lasts: an action, a sound, an invocation. */
export interface Bar {
  track: 'action' | 'sound' | 'function';
  text: string;
  beginMs: number;
  /** Undefined while it lasts. */
  endMs: number | undefined;
  failed: boolean;
  /** The row to which it leads. */
  index: number;
}

export interface Ladder {
  lanes: readonly Lane[];
  rows: readonly Row[];
  bars: readonly Bar[];
  waves: readonly Wave[];
  /** From the beginning to the last entry. */
  durationMs: number;
}

const EDGE = 'SIP edge';
const ENGINE = 'Engine';
const FUNCTION = 'Function';
const MEETING_WORDS = {
  joined: 'Joined the meeting',
  left: 'Left the meeting',
  muted: 'Muted in the meeting',
  unmuted: 'Unmuted in the meeting',
};
/** The line that Lambda's Node.js runtime writes of what a handler threw. */
const LOGGED_ERROR = /\tERROR\tInvoke Error \{/;

/** The record as a ladder: who told whom what, in order. */
export function ladderOf(entries: readonly RecordEntry[]): Ladder {
  const legs = legsIn(entries);
  const far = [...legs.values()];
  const lanes: Lane[] = [
    ...far.map(({ legId, name }) => ({ id: legId, name })),
    ...[EDGE, ENGINE, FUNCTION].map((name) => ({ id: name, name })),
  ];
  const places = { edge: far.length, engine: far.length + 1, fn: far.length + 2 };
  const invocations = invocationsOf(entries);
  const laneOf = (legId: string): number => {
    const place = far.findIndex((leg) => leg.legId === legId);
    return place < 0 ? places.edge : place;
  };
  const rows = entries.flatMap((entry, index): Row[] => {
    const drawn = drawnRow(entry, { ...places, laneOf, invocation: invocations.get(index) });
    return drawn ? [{ index, ms: entry.ms, entry, ...drawn }] : [];
  });
  const durationMs = entries.at(-1)?.ms ?? 0;
  return { lanes, rows, bars: barsIn(entries, invocations), waves: wavesIn(entries), durationMs };
}

interface FarEnd {
  legId: string;
  name: string;
}

/** The telephones of the call, in the order in which they came. */
function legsIn(entries: readonly RecordEntry[]): Map<string, FarEnd> {
  const legs = new Map<string, FarEnd>();
  const dialled: string[] = [];
  for (const entry of entries) {
    if (entry.kind === 'Restored') {
      for (const { legId, kind, direction, from, to } of entry.call.legs) {
        if (kind === 'telephone') legs.set(legId, { legId, name: direction === 'Outbound' ? to : from });
      }
    }
    if (entry.kind === 'Output' && entry.output.kind === 'DialLeg') dialled.push(entry.output.to);
    if (entry.kind !== 'Input') continue;
    const { input } = entry;
    if (input.kind === 'LegArrived') legs.set(input.legId, { legId: input.legId, name: input.from });
    if (input.kind === 'OutboundCallRequested') legs.set(input.legId, { legId: input.legId, name: input.to });
    if (input.kind === 'LegDialled') {
      legs.set(input.legId, { legId: input.legId, name: dialled.shift() ?? 'Called' });
    }
  }
  return legs;
}

interface Places {
  edge: number;
  engine: number;
  fn: number;
  laneOf(legId: string): number;
  invocation: Invocation | undefined;
}

type Drawn = Pick<Row, 'kind' | 'from' | 'to' | 'text' | 'invocation'>;

function drawnRow(entry: RecordEntry, places: Places): Drawn | undefined {
  const { edge, engine, laneOf } = places;
  switch (entry.kind) {
    case 'Sip': {
      const far = laneOf(entry.legId);
      const [from, to] = entry.direction === 'received' ? [far, edge] : [edge, far];
      return { kind: 'sip', from, to, text: sipWords(entry) };
    }
    case 'Input':
      return drawnInput(entry, places);
    case 'Output':
      return drawnOutput(entry, places);
    case 'Action': {
      const ended = `${entry.outcome ?? 'ended'}${entry.errorType ? `: ${entry.errorType}` : ''}`;
      const text = `${entry.type} ${entry.phase === 'began' ? 'begins' : ended}`;
      return { kind: entry.outcome === 'failed' ? 'failure' : 'action', from: engine, to: engine, text };
    }
    case 'Sound': {
      const far = laneOf(entry.legId);
      if (entry.phase === 'began')
        return { kind: 'sound', from: edge, to: far, text: `♪ ${soundName(entry)}` };
      const played = entry.playedMs === undefined ? '' : ` after ${(entry.playedMs / 1000).toFixed(1)} s`;
      return { kind: 'sound', from: far, to: far, text: `♪ ${entry.outcome ?? 'ended'}${played}` };
    }
    case 'Meeting':
      return { kind: 'update', from: engine, to: engine, text: MEETING_WORDS[entry.change] };
    case 'LegEnd': {
      const far = laneOf(entry.legId);
      const text = endWords(entry);
      return { kind: entry.by === 'fault' ? 'failure' : 'sip', from: far, to: far, text };
    }
    case 'Note': {
      const far = laneOf(entry.legId);
      return { kind: 'log', from: far, to: far, text: firstLine(entry.text) };
    }
    case 'Fault':
      return { kind: 'failure', from: engine, to: engine, text: `Fault: ${firstLine(entry.text)}` };
    case 'Cut':
      return { kind: 'failure', from: engine, to: engine, text: 'The record is full: the rest is not in it' };
    case 'Restored':
      return {
        kind: 'engine',
        from: engine,
        to: engine,
        text: 'The runtime was started anew and took the call up',
      };
    case 'FunctionLog':
      // The answer's row tells the error, with its place.
      if (LOGGED_ERROR.test(entry.text)) return undefined;
      return { kind: 'log', from: places.fn, to: places.fn, text: entry.text.split('\t').at(-1) ?? '' };
    default:
      return undefined;
  }
}

function drawnInput({ input }: EntryOf<'Input'>, { edge, engine, fn, laneOf, invocation }: Places): Drawn {
  const told = (text: string): Drawn => ({ kind: 'engine', from: edge, to: engine, text });
  switch (input.kind) {
    case 'DigitPressed':
      return { kind: 'key', from: laneOf(input.legId), to: engine, text: `key ${input.digit}` };
    case 'UpdateRequested':
      return { kind: 'update', from: engine, to: engine, text: `Update ${JSON.stringify(input.arguments)}` };
    case 'FunctionResponded': {
      const text = `${actionsIn(input.payload)}${took(invocation)}`;
      return { kind: 'answer', from: fn, to: engine, text, ...(invocation ? { invocation } : {}) };
    }
    case 'FunctionFailed': {
      const { error } = invocation?.ended ?? {};
      const text = `${error ? `${error.type}: ${error.message}` : input.message}${took(invocation)}`;
      return { kind: 'failure', from: fn, to: engine, text, ...(invocation ? { invocation } : {}) };
    }
    case 'LegArrived':
      return told(`call from ${input.from} to ${input.to}`);
    case 'OutboundCallRequested':
      return told(`call ${input.to} from ${input.from}`);
    case 'LegEnded':
      return told(`leg ended${input.sipResponseCode ? ` (${input.sipResponseCode})` : ''}`);
    case 'PlaybackFailed':
    case 'RecordingFailed':
    case 'MeetingJoinFailed':
    case 'DialFailed':
    case 'ConversationFailed':
      return { kind: 'failure', from: edge, to: engine, text: `${words(input.kind)}: ${input.message}` };
    default:
      return told(words(input.kind));
  }
}

function drawnOutput({ output }: EntryOf<'Output'>, { edge, engine, fn, invocation }: Places): Drawn {
  if (output.kind === 'InvokeFunction') {
    const { Sequence, InvocationEventType, ActionData } = output.event;
    const action = ActionData && InvocationEventType.startsWith('ACTION_') ? ` ${ActionData.Type}` : '';
    const text = `#${Sequence} ${InvocationEventType}${action}`;
    return { kind: 'event', from: engine, to: fn, text, ...(invocation ? { invocation } : {}) };
  }
  if (output.kind === 'LogMessage') {
    return {
      kind: output.level === 'info' ? 'engine' : 'failure',
      from: engine,
      to: engine,
      text: output.text,
    };
  }
  if (output.kind === 'CallEnded' || output.kind === 'WakeAt') {
    return { kind: 'engine', from: engine, to: engine, text: outputWords(output) };
  }
  return { kind: 'engine', from: engine, to: edge, text: outputWords(output) };
}

function barsIn(entries: readonly RecordEntry[], invocations: ReadonlyMap<number, Invocation>): Bar[] {
  const bars: Bar[] = [];
  const open = new Map<string, Bar>();
  const begin = (key: string, bar: Bar): void => {
    bars.push(bar);
    open.set(key, bar);
  };
  entries.forEach((entry, index) => {
    const bar = { beginMs: entry.ms, endMs: undefined, failed: false, index };
    if (entry.kind === 'Action' || entry.kind === 'Sound') {
      const key = entry.kind === 'Action' ? 'action' : `${entry.legId} ${entry.playId}`;
      if (entry.phase === 'ended') end(open.get(key), entry.ms, entry.outcome === 'failed');
      else if (entry.kind === 'Action') begin(key, { ...bar, track: 'action', text: entry.type });
      else begin(key, { ...bar, track: 'sound', text: soundName(entry) });
    } else if (entry.kind === 'Output' && entry.output.kind === 'InvokeFunction') {
      const ended = invocations.get(index)?.ended;
      const endMs = ended && entry.ms + ended.durationMs;
      const failed = ended !== undefined && ended.outcome !== 'answered';
      bars.push({ ...bar, endMs, failed, track: 'function', text: entry.output.event.InvocationEventType });
    }
  });
  return bars;
}

function end(bar: Bar | undefined, ms: number, failed: boolean): void {
  if (!bar) return;
  bar.endMs = ms;
  bar.failed = failed;
}

const took = (invocation: Invocation | undefined): string =>
  invocation?.ended ? ` (${Math.round(invocation.ended.durationMs)} ms)` : '';

/** `bucket/folder/welcome.wav` as `welcome.wav`; a spoken text as it is. */
const soundName = ({ name = 'sound' }: EntryOf<'Sound'>): string =>
  /^[a-z0-9.-]{3,63}\/\S+$/.test(name) ? (name.split('/').at(-1) ?? name) : name;

/** `PlaybackFinished` as `playback finished`. */
const words = (kind: string): string => kind.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
