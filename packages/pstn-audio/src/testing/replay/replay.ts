import type { CallInput } from '../../engine/inputs.ts';
import type { CallRecord } from '../../record/read-record.ts';
import type { Handler } from '../handler.ts';
import type { TestMeetings } from '../meetings.ts';
import { Seats } from '../meetings.ts';
import { type Sound, showHeard } from '../sounds.ts';
import { VirtualCall } from '../virtual-call.ts';
import { VirtualTime } from '../virtual-time.ts';
import { type Moments, movedTexts } from './moved-times.ts';
import { type Exchanged, parsed, type Recorded, readRecorded } from './recorded.ts';
import { type RecordedTables, TablesOfThen } from './recorded-tables.ts';
import { Sameness } from './same.ts';

/** What a replay is given besides the record and the handler. */
export interface ReplayOptions {
  /** The keys that were pressed, if the record masks them. */
  keys?: string;
  /** The meetings that today's handler creates. Default: its callers join the recorded ones. */
  meetings?: TestMeetings;
  /** Milliseconds of sounds that were not played in the recorded call. */
  sounds?: (sound: Sound) => number | undefined;
  /**
   * The function's clock, milliseconds since the epoch: ULIDs and milliseconds in `Arguments` that were
   * generated during the call are moved to it. Default: they stay as recorded.
   */
  nowMs?: number;
  /** Receives the recorded answers of tables, which should be asked before today's tables. */
  onTables?: (tables: RecordedTables) => void;
}

/** One event and its answer, both as recorded and as of today. */
export interface ReplayedExchange {
  recorded?: Exchanged;
  today?: Exchanged;
  /** Where the two differ: `answer.Actions[0].Parameters.Text: "Hello" → "Good day"`. */
  differences: string[];
}

/** The result of replaying a recorded call with today's code. */
export interface Replay {
  same: boolean;
  exchanges: ReplayedExchange[];
  /**
   * What the person on the phone heard, and what they would hear today. Masked keys, ids and times are no
   * `differences`.
   */
  heard: { recorded: string[]; today: string[]; differences: string[] };
  /** The transcript of today's call, for people. */
  transcript: string;
  /** Today's call as a record, with its keys; undefined if only events were replayed. */
  record?: string;
}

/** Inputs that answer the engine's requests: today's call produces answers of its own. */
const REACTIONS: ReadonlySet<CallInput['kind']> = new Set<CallInput['kind']>([
  'FunctionResponded',
  'FunctionFailed',
  'PlaybackFinished',
  'PlaybackFailed',
  'TimeReached',
  'MeetingJoined',
  'MeetingJoinFailed',
  'AttendeesModified',
  'RecordingStarted',
  'RecordingStored',
  'RecordingFailed',
  'ConversationFailed',
]);

/** Milliseconds of a sound of unknown length. */
const DEFAULT_SOUND_MS = 1_000;

/**
 * Follows the record as long as today's code answers as recorded, and goes on by itself from the first other
 * answer.
 */
class Replayer {
  readonly #recorded: Recorded;
  readonly #sameness = new Sameness();
  readonly #time: VirtualTime;
  readonly #call: VirtualCall;
  readonly #meetings: TestMeetings | undefined;
  readonly #tables: TablesOfThen;
  readonly #moments: Moments;
  #exchange = 0;
  #legs = 0;

  constructor(record: CallRecord, recorded: Recorded, handler: Handler, options: ReplayOptions) {
    this.#recorded = recorded;
    const began = recorded.inputs[0]?.at ?? 0;
    this.#moments = { recorded: began, today: options.nowMs ?? began };
    this.#time = new VirtualTime(began);
    this.#meetings = options.meetings;
    this.#tables = new TablesOfThen(record, this.#sameness, this.#moments, (answer) =>
      this.#call.tableAnswered(answer),
    );
    options.onTables?.(this.#tables);
    this.#call = new VirtualCall(record.begin.transactionId, {
      handler: (event) => {
        this.#tables.invoke(event.Sequence);
        return handler(event);
      },
      time: this.#time,
      seats: new Seats(options.meetings),
      lengths: (sound) =>
        recorded.lengthOf(sound) ?? (options.sounds ? options.sounds(sound) : DEFAULT_SOUND_MS),
      latency: () => 0,
      interference: undefined,
      legId: () => this.#legId(),
    });
    this.#call.follow();
  }

  #legId(): string {
    this.#legs += 1;
    return `leg-of-the-replay-${this.#legs}`;
  }

  async run(): Promise<VirtualCall> {
    const { inputs } = this.#recorded;
    for (const [index, { at, input }] of inputs.entries()) {
      await this.#time.passUntil(at);
      const today = await this.#asOfToday(input);
      if (today) {
        this.#give(today);
        continue;
      }
      // From here on the call differs. What the person did later in the record, they do at the same times.
      this.#goOn(inputs.slice(index + 1));
      break;
    }
    await this.#call.quiet();
    return this.#call;
  }

  /** The input with today's answer in it; undefined if that differs from the recorded one. */
  async #asOfToday(input: CallInput): Promise<CallInput | undefined> {
    if (input.kind === 'FunctionResponded' || input.kind === 'FunctionFailed') return this.#answer(input);
    if (input.kind === 'MeetingJoined' && this.#meetings) return this.#call.joinAs(input);
    return this.#sameness.asOfToday(this.#moved(input));
  }

  #moved(input: CallInput): CallInput {
    if (!('arguments' in input) || !input.arguments) return input;
    return { ...input, arguments: movedTexts(input.arguments, this.#moments) };
  }

  async #answer(input: CallInput & { sequence: number }): Promise<CallInput | undefined> {
    const answer = await this.#call.answerOf(input.sequence);
    const then = this.#recorded.exchanges[this.#exchange];
    this.#exchange += 1;
    if (!answer || !then) return undefined;
    if (input.kind === 'FunctionFailed' && !isOfTheCode(`${input.reason}: ${input.message}`)) {
      return input as CallInput;
    }
    if (answer.kind !== input.kind) return undefined;
    if (answer.kind !== 'FunctionResponded') return answer;
    const differences = this.#sameness.differences(then.answer, parsed(answer.payload));
    return differences.length === 0 ? answer : undefined;
  }

  #goOn(later: Recorded['inputs']): void {
    this.#tables.end();
    this.#call.goOn();
    for (const { at, input } of later) {
      if (REACTIONS.has(input.kind)) continue;
      const ended = input.kind === 'LegEnded' && this.#wasTold(input.legId);
      if (!ended) this.#time.at(at, () => this.#give(this.#sameness.asOfToday(this.#moved(input))));
    }
  }

  #give(input: CallInput): void {
    const ended = input.kind === 'LegEnded' && this.#wasTold(input.legId);
    if (REACTIONS.has(input.kind) || ended) this.#call.give(input);
    else this.#call.happens(input);
  }

  /** Whether the leg ended because it was told to, which today's code may not do. */
  #wasTold(legId: string): boolean {
    return this.#recorded.endedHere.has(legId);
  }
}

/**
 * Replays a recorded call with today's code and compares event by event. As long as the answers equal the
 * recorded ones, everything happens as recorded, to the millisecond. From the first different answer on, the
 * call takes its own course on the virtual clock, and the person acts at the same times as recorded. Ids and
 * times that are generated anew in each call do not count as differences.
 *
 * @throws ReplayError if the record cannot be replayed
 */
export async function replay(
  record: CallRecord,
  handler: Handler,
  options: ReplayOptions = {},
): Promise<Replay> {
  const recorded = readRecorded(record, options.keys);
  const call = await new Replayer(record, recorded, handler, options).run();
  return compared(recorded, call);
}

function compared(record: Recorded, call: VirtualCall): Replay {
  const sameness = new Sameness();
  const exchanges = aligned(record.exchanges, call.exchanges).map(([then, now]) =>
    comparedExchange(sameness, then, now),
  );
  const [before, today] = [record.heard.map(showHeard), call.heard().map(showHeard)];
  const heard = { recorded: before, today, differences: sameness.differences(before, today, 'heard') };
  return {
    same: heard.differences.length === 0 && exchanges.every(({ differences }) => differences.length === 0),
    exchanges,
    heard,
    transcript: call.transcript,
    record: call.record,
  };
}

/**
 * Whether the code caused the failure: not if the function could not be invoked or its answer came too late.
 * How long a function takes is not replayed, so its own time-out is repeated as recorded (AWS Lambda
 * Developer Guide, "Troubleshoot invocation issues").
 */
function isOfTheCode(failure: string): boolean {
  return failure.startsWith('error') && !/Sandbox\.Timedout|Task timed out after/.test(failure);
}

/** What an event is about, regardless of its number. */
function keyOf({ event }: Exchanged): string {
  const data = (event.ActionData ?? {}) as { Type?: unknown };
  return `${event.InvocationEventType} ${data.Type ?? ''}`;
}

type Pair = [Exchanged | undefined, Exchanged | undefined];

/** Aligns the events of both calls: an event that only one of them has stands alone, and the others are paired. */
function aligned(recorded: readonly Exchanged[], today: readonly Exchanged[]): Pair[] {
  const pairs: Pair[] = [];
  let [then, now] = [0, 0];
  while (then < recorded.length || now < today.length) {
    const [left, right] = [recorded[then], today[now]];
    const only =
      left && right && keyOf(left) !== keyOf(right) ? whichAlone(recorded, then, today, now) : undefined;
    pairs.push([only === 'today' ? undefined : left, only === 'recorded' ? undefined : right]);
    if (only !== 'today') then += 1;
    if (only !== 'recorded') now += 1;
  }
  return pairs;
}

/** Decides which of two different events stands alone; the other one waits for its counterpart on the other side. */
function whichAlone(
  recorded: readonly Exchanged[],
  then: number,
  today: readonly Exchanged[],
  now: number,
): 'recorded' | 'today' | undefined {
  const later = (list: readonly Exchanged[], from: number, key: string): number =>
    list.slice(from).findIndex((one) => keyOf(one) === key);
  const leftIn = later(today, now, keyOf(recorded[then] as Exchanged));
  const rightIn = later(recorded, then, keyOf(today[now] as Exchanged));
  if (leftIn < 0 && rightIn < 0) return undefined;
  if (leftIn < 0) return 'recorded';
  return rightIn < 0 || leftIn < rightIn ? 'today' : 'recorded';
}

/** An event with its recorded answer and that of today, and how they differ. */
export function comparedExchange(
  sameness: Sameness,
  recorded: Exchanged | undefined,
  today: Exchanged | undefined,
): ReplayedExchange {
  if (!recorded) return { ...(today ? { today } : {}), differences: ['the function was not asked then'] };
  if (!today) return { recorded, differences: ['the function is not asked any more'] };
  // `Sequence` is left out: events that stand alone already show that numbers have shifted.
  const differences = sameness
    .differences(recorded.event, today.event, 'event')
    .filter((difference) => !difference.startsWith('event.Sequence: '));
  const { failure } = recorded;
  if (failure !== undefined && !isOfTheCode(failure)) return { recorded, today, differences };
  const failed = failure !== undefined;
  if (failed !== (today.failure !== undefined)) {
    differences.push(`answer: ${failure ?? 'an answer'} → ${today.failure ?? 'an answer'}`);
  } else if (!failed) {
    differences.push(...sameness.differences(recorded.answer, today.answer, 'answer'));
  }
  return { recorded, today, differences };
}
