import type { CallInput, InvokeFunction } from 'pstn-audio/engine';
import type { StackFrame } from 'pstn-audio/record';
import type { Clock, Ids } from '#platform';

/** What a function threw, as Lambda's error document has it. */
export interface FunctionError {
  type: string;
  message: string;
  /** The stack trace, mapped to the developer's sources. */
  frames: StackFrame[];
}

/** How a function invocation ended, in the engine's words. */
export type InvocationOutcome = (
  | { ok: true; payload: string }
  | {
      ok: false;
      reason: 'error' | 'throttled' | 'accessDenied' | 'unavailable';
      message: string;
      error?: FunctionError;
    }
) & {
  /** The function's process was started for it. */
  coldStart?: boolean;
  /** The event was kept from the function, as somebody wished: the answer is not the function's. */
  undelivered?: boolean;
  /** The file in which its handler is written. */
  source?: string;
};

/**
 * Invokes a function; its log lines carry the `requestId`. `source`: the address that a new call comes from, for turns when
 * many wait. Never rejects.
 */
export type Invoke = (
  functionArn: string,
  payload: string,
  urgency: 'live' | 'new',
  requestId: string,
  source?: string,
) => Promise<InvocationOutcome>;

/** An invocation of a call that has ended. */
export interface Invoked {
  transactionId: string;
  requestId: string;
  output: InvokeFunction;
  outcome: InvocationOutcome;
  /** 1, or 2 for the retry. */
  attempt: number;
  durationMs: number;
  /** The service waited no more. */
  late: boolean;
}

/** Hears of invocations. */
export interface InvocationWatch {
  invoking?(transactionId: string, requestId: string): void;
  invoked(invoked: Invoked): void;
}

/** Events of calls that nobody has spoken on yet: what is live comes first. */
const NEW_CALLS: ReadonlySet<string> = new Set(['NEW_INBOUND_CALL', 'NEW_OUTBOUND_CALL']);

interface InvocationParts {
  invoke: Invoke;
  clock: Clock;
  ids: Ids;
  watches: readonly InvocationWatch[];
  report(transactionId: string, input: CallInput): void;
}

/** Invokes the functions of calls, gives up in time, and tells who watches. */
export class Invocations {
  readonly #parts: InvocationParts;
  /** The event that each call's function was told last, and how often: a retry has the same number. */
  readonly #attempts = new Map<string, { sequence: number; attempt: number }>();
  /** Where calls to us come from, by TransactionId. */
  readonly #sources = new Map<string, string>();

  constructor(parts: InvocationParts) {
    this.#parts = parts;
  }

  /** A call has come from that address. */
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

  /** The call is over. */
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
