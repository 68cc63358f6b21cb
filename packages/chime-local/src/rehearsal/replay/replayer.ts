import type { CallRecord } from 'pstn-audio/record';
import type { Replay } from 'pstn-audio/testing';
import { functionNameIn } from '#platform';
import { startRehearsal } from '../rehearsal.ts';
import type { Rehearsal, RehearsalOptions } from '../types.ts';

/** Starts an application, runs the work with it, and closes it. */
export async function withRehearsal<T>(
  options: RehearsalOptions,
  work: (rehearsal: Rehearsal) => Promise<T>,
): Promise<T> {
  const rehearsal = await startRehearsal(options);
  try {
    return await work(rehearsal);
  } finally {
    await rehearsal.close();
  }
}

/** What the command line specifies for a replay. */
export interface GivenToReplay {
  functionName?: string | undefined;
  keys?: string | undefined;
}

/**
 * Replays records. Tables answer as recorded, if the record has their answers. If the call differs then, real
 * tables answer, with their initial content: first a copy of those in the data folder, then those of the
 * application alone. The copy is of a time after the call, which may have left data in it that cannot be
 * recognised as the call's.
 */
export class Replayer {
  readonly #rehearsal: Rehearsal;
  readonly #withoutData: RehearsalOptions | undefined;
  #own: Promise<Rehearsal> | undefined;

  private constructor(rehearsal: Rehearsal, withoutData: RehearsalOptions | undefined) {
    this.#rehearsal = rehearsal;
    this.#withoutData = withoutData;
  }

  /** @throws UserError if something is wrong with the application or its data; the message says what */
  static async start(options: RehearsalOptions): Promise<Replayer> {
    const { dataFrom, ...withoutData } = options;
    const rehearsal = await startRehearsal(options);
    return new Replayer(rehearsal, dataFrom === undefined ? undefined : withoutData);
  }

  /** The application with the data folder's tables. */
  get rehearsal(): Rehearsal {
    return this.#rehearsal;
  }

  /**
   * The function that receives a record's events: the named one, else the one that was invoked in the
   * recorded call.
   */
  functionOf(record: CallRecord, given: string | undefined): string | undefined {
    return given ?? functionAsked(record, this.#rehearsal);
  }

  /** @throws ReplayError if the record cannot be replayed */
  async replay(record: CallRecord, { functionName: given, keys }: GivenToReplay): Promise<Replay> {
    const functionName = this.functionOf(record, given);
    const how = { functionName, keys };
    const first = await replayIn(this.#rehearsal, record, how, true);
    if (first.same) return first;
    if (record.entries.some(({ kind }) => kind === 'TableAnswer')) {
      const second = await replayIn(this.#rehearsal, record, how, false);
      if (second.same) return second;
    }
    if (this.#withoutData === undefined) return first;
    this.#own ??= startRehearsal(this.#withoutData);
    const own = await this.#own;
    const lasting = functionName === undefined ? undefined : lastingName(functionName, own);
    const again = await replayIn(own, record, { functionName: lasting, keys }, false);
    return again.same ? again : first;
  }

  async close(): Promise<void> {
    await this.#rehearsal.close();
    await (await this.#own)?.close();
  }
}

async function replayIn(
  rehearsal: Rehearsal,
  record: CallRecord,
  { functionName, keys }: GivenToReplay,
  recordedTables: boolean,
): Promise<Replay> {
  await rehearsal.reset();
  return rehearsal.replay(record, {
    recordedTables,
    ...(functionName === undefined ? {} : { functionName }),
    ...(keys === undefined ? {} : { keys }),
  });
}

/** The function that was invoked in the recorded call, if the application still has it. */
function functionAsked({ entries }: CallRecord, rehearsal: Rehearsal): string | undefined {
  const asked = entries.find((entry) => entry.kind === 'Output' && entry.output.kind === 'InvokeFunction');
  const arn =
    asked?.kind === 'Output' && asked.output.kind === 'InvokeFunction' ? asked.output.functionArn : '';
  const name = functionNameIn(arn);
  return rehearsal.functionNames.includes(name) ? name : undefined;
}

/** The suffix of names that CloudFormation generates. */
const MADE_UP = /-[A-Z0-9]{12}$/;

/** The part of a function's name that stays the same in the next rehearsal. */
export function lastingName(name: string, { functionNames }: Rehearsal): string {
  const lasting = name.replace(MADE_UP, '');
  const fitting = functionNames.filter((one) => one.includes(lasting));
  return fitting.length === 1 ? lasting : name;
}
