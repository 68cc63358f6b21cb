import type { Call, CallOutput } from 'pstn-audio/engine';
import type { Clock, Journal } from '#platform';

/** Milliseconds that changes of calls are gathered before they are written: one line for all of them. */
const GATHER_MS = 10;
/**
 * Name of the collection in the journal. Its number rises with the shape of the engine's `Call`: calls that an older version
 * left behind are not read.
 */
const COLLECTION = 'calls-2';

/** Hears of every change of a call, as it happens. */
export interface CallWatch {
  /** `before` is undefined for a new call. */
  changed(call: Call, before: Call | undefined): void;
  ended(call: Call): void;
  /** What the engine asked for in the same step. */
  did?(call: Call, before: Call | undefined, outputs: readonly CallOutput[]): void;
}

/** What a hang-up needs of a call: who it is and what its function said of it. Nothing that is in progress. */
function remainsOf(call: Call): Call {
  return {
    ...call,
    running: null,
    queue: [],
    queueHeldBy: null,
    pendingEvents: call.pendingEvents.filter(({ reportsEndOf }) => reportsEndOf !== undefined),
    invocation: null,
    digitListeners: [],
    joining: false,
    dialling: [],
    wakeAt: null,
  };
}

/** Whether a hang-up would now tell the function something else than what was written last. */
function differs(call: Call, before: Call | undefined): boolean {
  return (
    call.legs !== before?.legs || call.attributes !== before.attributes || call.sequence !== before.sequence
  );
}

/**
 * The calls in progress, on disk: a process that dies with calls leaves word of them, so that the next one
 * can tell their functions that they are over. It holds no digits, tokens or sound; a kill loses at most the
 * last hundredth of a second.
 */
export class LiveCalls implements CallWatch {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #changed = new Map<string, Call | undefined>();
  #cancelFlush: (() => void) | undefined;

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  /** Calls that were in progress when the process before this one ended without ending them. */
  lost(): Call[] {
    return this.#journal.collection<Call>(COLLECTION).values();
  }

  changed(call: Call, before: Call | undefined): void {
    // While a hang-up is being told, what was written before stands: it is told again if nobody answers.
    if (call.invocation?.pending.reportsEndOf !== undefined) return;
    if (differs(call, before)) this.#note(call.transactionId, call);
  }

  ended(call: Call): void {
    this.#note(call.transactionId, undefined);
  }

  /** Writes what is still to be written; then closes the file. */
  close(): void {
    this.#flush();
    this.#journal.close();
  }

  #note(transactionId: string, call: Call | undefined): void {
    this.#changed.set(transactionId, call);
    this.#cancelFlush ??= this.#clock.after(GATHER_MS, () => this.#flush());
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    const calls = this.#journal.collection<Call>(COLLECTION);
    this.#journal.atomically(() => {
      for (const [transactionId, call] of this.#changed) {
        if (call) calls.set(transactionId, remainsOf(call));
        else calls.delete(transactionId);
      }
    });
    this.#changed.clear();
  }
}
