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

/** What a replay is told besides the record and the handler. */
export interface ReplayOptions {
  /** The keys that were pressed, where the record masks them. */
  keys?: string;
  /** The meetings that today's handler makes. Default: its callers join the recorded ones. */
  meetings?: TestMeetings;
  /** Milliseconds of sounds that were not played in the recorded call. */
  sounds?: (sound: Sound) => number | undefined;
  /**
   * The functions' clock, milliseconds since the epoch: ULIDs and milliseconds in `Arguments` that were made during the call
   * move to it. Default: they stay.
   */
  nowMs?: number;
  /** Hears what the tables of then answer, where the record tells it: to be asked before those of today. */
  onTables?: (tables: RecordedTables) => void;
}

/** One event and its answer, as recorded and today. */
export interface ReplayedExchange {
  recorded?: Exchanged;
  today?: Exchanged;
  /** Where the two differ: `answer.Actions[0].Parameters.Text: "Hello" → "Good day"`. */
  differences: string[];
}

/** A recorded call with today's code. */
export interface Replay {
  same: boolean;
  exchanges: ReplayedExchange[];
  /** What the person on the phone heard, and what they would hear. */
  heard: { recorded: string[]; today: string[] };
  /** Today's call, for people. */
  transcript: string;
  /** Today's call as a record, with its keys; undefined where only events were replayed. */
  record?: string;
}

/** Inputs by which the world outside answers what the engine asked for: today's world has answers of its own. */
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

/** Milliseconds of a sound of which nobody says how long it is. */
const DEFAULT_SOUND_MS = 1_000;

/** Follows the record as long as today's code answers as then, and goes on by itself from where it does not. */
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
      // From here on it is another call. What the person did later, they do at the same time.
      this.#goOn(inputs.slice(index + 1));
      break;
    }
    await this.#call.quiet();
    return this.#call;
  }

  /** The input with today's answer in it; undefined when that is another one than then. */
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

  /** The leg ended because it was told to, which today's code may not do. */
  #wasTold(legId: string): boolean {
    return this.#recorded.endedHere.has(legId);
  }
}

/**
 * Feeds what happened in a recorded call to today's code, and compares event by event. As long as the answers are those of
 * then, everything happens as it did then, to the millisecond; from the first other answer on the call goes its own way,
 * on the virtual clock, and the person does at the same times what they did then. Ids and times that are made anew in each
 * call are no difference.
 *
 * @throws ReplayError when the record cannot be replayed
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
  const heard = { recorded: record.heard.map(showHeard), today: call.heard().map(showHeard) };
  const sameSounds = sameness.differences(heard.recorded, heard.today).length === 0;
  return {
    same: sameSounds && exchanges.every(({ differences }) => differences.length === 0),
    exchanges,
    heard,
    transcript: call.transcript,
    record: call.record,
  };
}

/**
 * That nobody could be asked, or nobody waited any more, was not the code's doing. How long a function takes is not replayed,
 * so that its own time-out comes as it did (AWS Lambda Developer Guide, "Troubleshoot invocation issues").
 */
function isOfTheCode(failure: string): boolean {
  return failure.startsWith('error') && !/Sandbox\.Timedout|Task timed out after/.test(failure);
}

/** What an event is about, whatever its number. */
function keyOf({ event }: Exchanged): string {
  const data = (event.ActionData ?? {}) as { Type?: unknown };
  return `${event.InvocationEventType} ${data.Type ?? ''}`;
}

type Pair = [Exchanged | undefined, Exchanged | undefined];

/** Lays the events of both calls side by side: one that only one of them has stands alone, and the rest finds its mate. */
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

/** Of two events that are about different things, the one whose like comes later on the other side waits for it. */
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

/** An event with its answers, then and today, and how they differ. */
export function comparedExchange(
  sameness: Sameness,
  recorded: Exchanged | undefined,
  today: Exchanged | undefined,
): ReplayedExchange {
  if (!recorded) return { ...(today ? { today } : {}), differences: ['the function was not asked then'] };
  if (!today) return { recorded, differences: ['the function is not asked any more'] };
  // How many events came before is told by those that stand alone.
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
