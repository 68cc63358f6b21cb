import type { CallSummary } from 'pstn-audio/record';
import { CALLS_PAGE, ladderOf, RecordFeed, type Row, type RowKind } from '#call-trace';

/** What a phone tells of its own call: what the function was told and answered, and what the caller heard and keyed. */
const TOLD: ReadonlySet<RowKind> = new Set(['event', 'answer', 'failure', 'update', 'key', 'sound']);
/** Milliseconds by which the runtime may have known of a call before this page did. */
const EARLIER_MS = 10_000;
/** Milliseconds after the call's end in which the function may still be told of it. */
const AFTER_MS = 20_000;

/** The trace as it is shown. */
export interface Trace {
  /** Of the call that it tells of; undefined before the runtime knows of one. */
  transactionId: string | undefined;
  rows: readonly Row[];
}

export const NO_TRACE: Trace = { transactionId: undefined, rows: [] };

/** Follows what the runtime records of this phone's call, from its beginning until the function has heard of its end. */
export class CallTrace {
  readonly #listeners = new Set<() => void>();
  #trace = NO_TRACE;
  #callId: string | undefined;
  #source: EventSource | undefined;
  #closing: ReturnType<typeof setTimeout> | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly trace = (): Trace => this.#trace;

  /** There is a call now, or none any more. The trace of the last one stays until the next one begins. */
  follow(call: { id: string; startedAt: number } | undefined, ownNumber: string | undefined): void {
    if (!call) {
      this.#closing ??= setTimeout(() => this.close(), AFTER_MS);
      return;
    }
    if (call.id === this.#callId || ownNumber === undefined) return;
    this.close();
    this.#callId = call.id;
    this.#set(NO_TRACE);
    this.#watch(ownNumber, call.startedAt - EARLIER_MS);
  }

  close(): void {
    clearTimeout(this.#closing);
    this.#closing = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  /** The first change of a call of this number is told soon after the call has begun; its record has all before it. */
  #watch(number: string, since: number): void {
    let feed: RecordFeed | undefined;
    let id: string | undefined;
    const source = new EventSource(`${CALLS_PAGE}changes`);
    source.onmessage = ({ data }) => {
      for (const row of JSON.parse(String(data)) as CallSummary[]) {
        if (id === undefined && isCallOf(row, number, since)) {
          id = row.transactionId;
          feed = this.#read(id, source);
        }
        if (row.transactionId === id) feed?.follow(row);
      }
    };
    // Without the calls the phone works as well: it is not tried again.
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

const isCallOf = ({ from, to, at, state }: CallSummary, number: string, since: number): boolean =>
  at >= since && state !== 'lost' && (from === number || to === number);

/** Of sounds, their beginning. */
const isTold = ({ kind, entry }: Row): boolean =>
  TOLD.has(kind) && !(entry.kind === 'Sound' && entry.phase === 'ended');
