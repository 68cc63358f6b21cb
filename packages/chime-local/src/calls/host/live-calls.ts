import type { Call, CallOutput } from 'pstn-audio/engine';
import type { Clock, Journal } from '#platform';

/** Milliseconds during which changes are gathered before they are written as one line. */
const GATHER_MS = 10;
/**
 * Name of the collection in the journal. Its number rises whenever the shape of the engine's `Call` changes:
 * calls that an older version left behind are then not read.
 */
const COLLECTION = 'calls-2';

/** Observes every change of a call as it happens. */
export interface CallWatch {
  /** `before` is undefined for a new call. */
  changed(call: Call, before: Call | undefined): void;
  ended(call: Call): void;
  /** Called with what the engine asked for in the same step. */
  did?(call: Call, before: Call | undefined, outputs: readonly CallOutput[]): void;
}

/** The part of a call that a hang-up needs: its identity and attributes, but nothing that is in progress. */
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

/** Whether a hang-up would tell the function something other than what was last written. */
function differs(call: Call, before: Call | undefined): boolean {
  return (
    call.legs !== before?.legs || call.attributes !== before.attributes || call.sequence !== before.sequence
  );
}

/**
 * Keeps the calls in progress on disk, so that the process that follows a crash can tell their functions that
 * the calls are over. The file holds no digits, tokens or sound. A kill loses at most the last hundredth of a
 * second.
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

  /** The calls that were in progress when the previous process ended without ending them. */
  lost(): Call[] {
    return this.#journal.collection<Call>(COLLECTION).values();
  }

  changed(call: Call, before: Call | undefined): void {
    // While a hang-up is being reported, the earlier entry stays, so that it is reported again if the
    // function does not answer.
    if (call.invocation?.pending.reportsEndOf !== undefined) return;
    if (differs(call, before)) this.#note(call.transactionId, call);
  }

  ended(call: Call): void {
    this.#note(call.transactionId, undefined);
  }

  /** Writes the pending changes, then closes the file. */
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
