import type { CallSummary } from 'pstn-audio/record';
import { CALLS_PAGE, ladderOf, RecordFeed, type Row, type RowKind } from '#call-trace';

/**
 * Kinds of rows that a phone shows of its own call: events, the function's answers, and what the caller heard
 * and keyed.
 */
const TOLD: ReadonlySet<RowKind> = new Set(['event', 'answer', 'failure', 'update', 'key', 'sound']);
/** Milliseconds by which the runtime may know of a call before this page does. */
const EARLIER_MS = 10_000;
/** Milliseconds after the call's end in which the function may still be notified of it. */
const AFTER_MS = 20_000;

/** The displayed trace. */
export interface Trace {
  /** Id of the traced call; undefined before the runtime knows of it. */
  transactionId: string | undefined;
  rows: readonly Row[];
}

export const NO_TRACE: Trace = { transactionId: undefined, rows: [] };

/**
 * Follows the runtime's record of this phone's call, from its beginning until the function was notified of
 * its end.
 */
export class CallTrace {
  readonly #listeners = new Set<() => void>();
  #trace = NO_TRACE;
  #callId: string | undefined;
  /** Id of the call that was followed last: what still happens on it is not the beginning of the next call. */
  #transactionId: string | undefined;
  #source: EventSource | undefined;
  #closing: ReturnType<typeof setTimeout> | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly trace = (): Trace => this.#trace;

  /**
   * Follows the given call, or stops if there is none. The trace of the last call stays until the next one
   * begins.
   */
  follow(call: { id: string; startedAt: number } | undefined, ownNumber: string | undefined): void {
    if (!call) {
      this.#closing ??= setTimeout(() => this.close(), AFTER_MS);
      return;
    }
    if (call.id === this.#callId || ownNumber === undefined) return;
    this.close();
    this.#callId = call.id;
    this.#set(NO_TRACE);
    this.#watch(ownNumber, call.startedAt);
  }

  close(): void {
    clearTimeout(this.#closing);
    this.#closing = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  /**
   * Waits for the first change of a call of this number, which comes soon after its begin; the record has
   * everything before it.
   */
  #watch(number: string, startedAt: number): void {
    const before = this.#transactionId;
    let feed: RecordFeed | undefined;
    let id: string | undefined;
    const source = new EventSource(`${CALLS_PAGE}changes`);
    source.onmessage = ({ data }) => {
      for (const row of JSON.parse(String(data)) as CallSummary[]) {
        if (id === undefined && row.transactionId !== before && isCallOf(row, number, startedAt)) {
          id = row.transactionId;
          this.#transactionId = id;
          feed = this.#read(id, source);
        }
        if (row.transactionId === id) feed?.follow(row);
      }
    };
    // The phone works without the trace, so a failed stream is not retried.
    source.onerror = () => source.readyState === EventSource.CLOSED && source.close();
    this.#source = source;
  }

  #read(transactionId: string, source: EventSource): RecordFeed {
    const feed = new RecordFeed(transactionId);
    feed.subscribe(() => {
      if (this.#source !== source) return;
      const rows = ladderOf(feed.state().entries).rows.filter(isTold);
      this.#set({ transactionId, rows });
    });
    return feed;
  }

  #set(trace: Trace): void {
    this.#trace = trace;
    for (const listener of this.#listeners) listener();
  }
}

/** Whether this is the call that the phone with that number began, rather than one that ended before it. */
function isCallOf(
  { from, to, at, state, durationMs }: CallSummary,
  number: string,
  startedAt: number,
): boolean {
  const began = at >= startedAt - EARLIER_MS;
  const isOver = state === 'lost' || (state === 'ended' && at + durationMs < startedAt);
  return began && !isOver && (from === number || to === number);
}

/** Whether a row is shown; of a sound, only its beginning is. */
const isTold = ({ kind, entry }: Row): boolean =>
  TOLD.has(kind) && !(entry.kind === 'Sound' && entry.phase === 'ended');
