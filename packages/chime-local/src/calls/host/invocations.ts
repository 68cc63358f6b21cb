import type { CallInput, InvokeFunction } from 'pstn-audio/engine';
import type { StackFrame } from 'pstn-audio/record';
import type { Clock, Ids } from '#platform';

/** What a function threw, as Lambda's error document describes it. */
export interface FunctionError {
  type: string;
  message: string;
  /** The stack trace, mapped to the developer's sources. */
  frames: StackFrame[];
}

/** The outcome of a function invocation, in the engine's terms. */
export type InvocationOutcome = (
  | { ok: true; payload: string }
  | {
      ok: false;
      reason: 'error' | 'throttled' | 'accessDenied' | 'unavailable';
      message: string;
      error?: FunctionError;
    }
) & {
  /** Whether a process was started for this invocation. */
  coldStart?: boolean;
  /** Whether the event was withheld from the function on request; the answer is then not the function's. */
  undelivered?: boolean;
  /** Path of the file that contains the handler. */
  source?: string;
};

/**
 * Invokes a function. Never rejects. The function's log lines carry the `requestId`. `source` is the address
 * that a new call comes from; callers take turns by address when many wait.
 */
export type Invoke = (
  functionArn: string,
  payload: string,
  urgency: 'live' | 'new',
  requestId: string,
  source?: string,
) => Promise<InvocationOutcome>;

/** A completed invocation for a call. */
export interface Invoked {
  transactionId: string;
  requestId: string;
  output: InvokeFunction;
  outcome: InvocationOutcome;
  /** 1, or 2 for the retry. */
  attempt: number;
  durationMs: number;
  /** The answer came after the service had stopped waiting. */
  late: boolean;
}

/** Observes invocations. */
export interface InvocationWatch {
  invoking?(transactionId: string, requestId: string): void;
  invoked(invoked: Invoked): void;
}

/** Events of calls that have not yet been answered. Events of live calls take precedence over them. */
const NEW_CALLS: ReadonlySet<string> = new Set(['NEW_INBOUND_CALL', 'NEW_OUTBOUND_CALL']);

interface InvocationParts {
  invoke: Invoke;
  clock: Clock;
  ids: Ids;
  watches: readonly InvocationWatch[];
  report(transactionId: string, input: CallInput): void;
}

/** Invokes the functions of calls, enforces the timeout and informs the watches. */
export class Invocations {
  readonly #parts: InvocationParts;
  /** The event last sent to each call's function and the number of attempts. A retry has the same sequence number. */
  readonly #attempts = new Map<string, { sequence: number; attempt: number }>();
  /** The source address of each inbound call, by TransactionId. */
  readonly #sources = new Map<string, string>();

  constructor(parts: InvocationParts) {
    this.#parts = parts;
  }

  /** Records the address that a call came from. */
  cameFrom(transactionId: string, source: string): void {
    this.#sources.set(transactionId, source);
  }

  begin(transactionId: string, output: InvokeFunction): void {
    const { clock, ids, watches, report } = this.#parts;
    if (output.afterMs) {
      const { afterMs: _, ...now } = output;
      clock.after(output.afterMs, () => this.begin(transactionId, now));
      return;
    }
    const { sequence } = output;
    const attempt = this.#attemptOf(transactionId, sequence);
    let late = false;
    const cancel = clock.after(output.timeoutMs, () => {
      late = true;
      const message = 'AWS Lambda client operation timed out.';
      report(transactionId, { kind: 'FunctionFailed', sequence, reason: 'timeout', message });
    });
    const urgency = NEW_CALLS.has(output.event.InvocationEventType) ? 'new' : 'live';
    const requestId = ids.guid();
    const began = performance.now();
    for (const watch of watches) watch.invoking?.(transactionId, requestId);
    const { functionArn, event } = output;
    const source = this.#sources.get(transactionId);
    this.#parts.invoke(functionArn, JSON.stringify(event), urgency, requestId, source).then((outcome) => {
      const durationMs = performance.now() - began;
      const invoked = { transactionId, requestId, output, outcome, attempt, durationMs, late };
      for (const watch of watches) watch.invoked(invoked);
      if (late) return;
      cancel();
      if (outcome.ok) {
        report(transactionId, { kind: 'FunctionResponded', sequence, payload: outcome.payload });
      } else {
        const { reason, message } = outcome;
        report(transactionId, { kind: 'FunctionFailed', sequence, reason, message });
      }
    });
  }

  /** Forgets a call that is over. */
  forget(transactionId: string): void {
    this.#attempts.delete(transactionId);
    this.#sources.delete(transactionId);
  }

  #attemptOf(transactionId: string, sequence: number): number {
    const last = this.#attempts.get(transactionId);
    const attempt = last?.sequence === sequence ? last.attempt + 1 : 1;
    this.#attempts.set(transactionId, { sequence, attempt });
    return attempt;
  }
}
