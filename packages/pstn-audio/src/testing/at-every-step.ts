import type { InvocationEvent } from '../events/index.ts';
import type { Interference, InvocationFault } from './interference.ts';
import type { ApplicationUnderTest } from './sip-media-application.ts';
import type { VirtualCall } from './virtual-call.ts';

/**
 * Faults that can be injected at a step of a call:
 *
 * - `hang-up`: the person hangs up after this step, whatever is under way.
 * - `late-digit`: a key is pressed after this step.
 * - `slow-function`: this invocation takes 15 s, and its answer still counts.
 * - `function-timeout`: the function does its work, but its answer comes too late: the service ends the call.
 * - `failing-function`: the function throws before it does anything; the service retries once.
 * - `lost-answer`: the function does its work and then fails; the service retries once, with the same event.
 * - `broken-function`: the function throws each time, so the service ends the call. Not used for HANGUP, as
 *   nobody could clean up then.
 */
export const FAULTS = [
  'hang-up',
  'late-digit',
  'slow-function',
  'function-timeout',
  'failing-function',
  'lost-answer',
  'broken-function',
] as const;
/** The name of a fault. */
export type Fault = (typeof FAULTS)[number];

/** Milliseconds of a slow function: below the service's 20 s. */
const SLOW_MS = 15_000;
/** Milliseconds of a function that is too slow. */
const TOO_SLOW_MS = 60_000;
/** Maximum number of steps that are tried, of calls and of invocations each; no real script has more. */
const MAX_STEPS = 10_000;

/** What `atEveryStep` repeats, and what must hold each time. */
export interface EveryStep {
  /**
   * Creates a new application for each run, with nothing left from the previous one. Pass the interference on
   * to `sma`.
   */
  application(interference: Interference): ApplicationUnderTest | Promise<ApplicationUnderTest>;
  /** The call: what the person does and hears. Its expectations must be met in the run without a fault only. */
  script(application: ApplicationUnderTest): Promise<void>;
  /** What must be true after everybody has hung up, whatever went wrong. Throws or returns false if it is not. */
  holds(application: ApplicationUnderTest): unknown;
  /** The faults to inject; all of them by default. */
  faults?: readonly Fault[];
  /** Do only this run, as a failure names it: `hang-up@12`. */
  only?: string;
  /** The key of `late-digit`; `5` by default. */
  digit?: string;
}

/** An invariant does not hold after a fault. The message names the fault and the step, and ends with the transcripts. */
export class BrokenInvariantError extends Error {
  override name = 'BrokenInvariantError';
  /** Name of the run, for `only`. */
  readonly run: string;

  constructor(run: string, where: string, why: string, transcript: string) {
    super(`${why}\n\nIt breaks with ${run} (${where}). Alone: { only: '${run}' }.\n\n${transcript}\n`);
    this.run = run;
  }
}

/** Counts the steps of one run and injects a fault at one of them. */
class Meddler implements Interference {
  /**
   * The steps of calls (what happened to them), in words; the steps of the function are its `invocations`,
   * without retries.
   */
  readonly steps: string[] = [];
  readonly invocations: InvocationEvent[] = [];
  /** Whether the fault was injected. */
  struck = false;
  readonly #fault: Fault | undefined;
  readonly #at: number;
  readonly #digit: string;

  constructor(fault: Fault | undefined, at: number, digit: string) {
    this.#fault = fault;
    this.#at = at;
    this.#digit = digit;
  }

  happened(call: VirtualCall): void {
    const last = call.events.at(-1);
    this.steps.push(last ? `after #${last.Sequence} ${last.InvocationEventType}` : 'at the beginning');
    if (this.steps.length !== this.#at) return;
    if (this.#fault === 'hang-up') {
      this.struck = true;
      call.hangUpNow();
    } else if (this.#fault === 'late-digit') {
      this.struck = true;
      call.pressNow(this.#digit);
    }
  }

  invoked(event: InvocationEvent): InvocationFault | undefined {
    const retried = this.invocations.indexOf(event);
    if (retried < 0) this.invocations.push(event);
    const number = retried < 0 ? this.invocations.length : retried + 1;
    if (number !== this.#at) return undefined;
    const again = retried >= 0;
    const fault = this.#faultOf(event, again);
    if (fault) this.struck = true;
    return fault;
  }

  #faultOf(event: InvocationEvent, again: boolean): InvocationFault | undefined {
    switch (this.#fault) {
      case 'slow-function':
        return { slowMs: SLOW_MS };
      case 'function-timeout':
        return { slowMs: TOO_SLOW_MS };
      case 'failing-function':
        return again ? undefined : { fails: 'before' };
      case 'lost-answer':
        return again ? undefined : { fails: 'after' };
      case 'broken-function':
        return event.InvocationEventType === 'HANGUP' ? undefined : { fails: 'before' };
      default:
        return undefined;
    }
  }
}

/**
 * Runs a script once as it is, and once more for each fault at each of its steps; after each run everybody
 * hangs up, and the invariant must hold. Nothing is random: a failure names the fault and the smallest step,
 * and can be repeated.
 *
 * @returns how many runs there were
 * @throws BrokenInvariantError at the smallest step of the first fault that breaks the invariant; whatever the script
 *   throws without a fault; TypeError if no fault can be injected, as the interference is not passed on
 */
export async function atEveryStep(options: EveryStep): Promise<number> {
  const { faults = FAULTS, only, digit = '5' } = options;
  faults.forEach(checkFault);
  let runs = 0;
  const run = async (fault: Fault | undefined, at: number): Promise<Meddler> => {
    const meddler = new Meddler(fault, at, digit);
    runs += 1;
    await runOnce(options, meddler, fault && `${fault}@${at}`, at);
    return meddler;
  };
  if (only !== undefined) {
    const { fault, at } = runOf(only);
    const { struck, steps } = await run(fault, at);
    if (!struck) throw new TypeError(whyNotStruck(only, steps));
    return runs;
  }
  let undisturbed = await run(undefined, 0);
  if (undisturbed.steps.length === 0) throw new TypeError(NO_STEPS);
  for (const fault of faults) {
    const ofCalls = fault === 'hang-up' || fault === 'late-digit';
    const stepsOf = ({ steps, invocations }: Meddler): number => (ofCalls ? steps : invocations).length;
    // Until its fault, a run equals the undisturbed one: behind the last step of that run no fault would
    // occur.
    for (let at = 1; at <= Math.min(stepsOf(undisturbed), MAX_STEPS); at += 1) {
      const ran = await run(fault, at);
      if (!ran.struck) undisturbed = ran;
    }
  }
  return runs;
}

async function runOnce(
  { application, script, holds }: EveryStep,
  meddler: Meddler,
  name: string | undefined,
  at: number,
): Promise<void> {
  const app = await application(meddler);
  try {
    await script(app);
  } catch (error) {
    // With a fault, the call may not go as the script expects; only the invariant counts then.
    if (name === undefined || !meddler.struck) throw error;
  }
  await app.finish();
  const why = await Promise.resolve()
    .then(() => holds(app))
    .then((held) => (held === false ? 'The invariant does not hold.' : undefined))
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  if (why === undefined) return;
  const transcript = app.calls.map((call) => call.transcript).join('\n\n');
  const ofCalls = name?.startsWith('hang-up') || name?.startsWith('late-digit');
  const event = meddler.invocations[at - 1];
  const where = ofCalls
    ? meddler.steps[at - 1]
    : event && `at #${event.Sequence} ${event.InvocationEventType}`;
  throw new BrokenInvariantError(name ?? 'no fault', where ?? 'the script as it is', why, transcript);
}

const NO_STEPS =
  'Nothing has happened on a call, so no fault can be injected: let the script dial, and pass the interference on to the application (sma(handler, { interference })).';

function whyNotStruck(only: string, { length }: readonly string[]): string {
  return length === 0
    ? NO_STEPS
    : `No fault was injected by ${only}: the script does not get that far, or the fault does not fit that step. Leave \`only\` out to find the steps that break.`;
}

/** @throws TypeError if there is no such fault */
function checkFault(name: string): void {
  if (FAULTS.some((fault) => fault === name)) return;
  throw new TypeError(`faults takes ${FAULTS.join(', ')}, not ${JSON.stringify(name)}.`);
}

function runOf(only: string): { fault: Fault; at: number } {
  const [, name, at] = /^([a-z-]+)@(\d+)$/.exec(only) ?? [];
  const fault = FAULTS.find((other) => other === name);
  if (fault && at !== undefined) return { fault, at: Number(at) };
  throw new TypeError(`only takes FAULT@STEP with one of ${FAULTS.join(', ')}, not ${JSON.stringify(only)}.`);
}
