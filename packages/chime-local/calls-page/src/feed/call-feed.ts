import type { CallSummary } from 'pstn-audio/record';

/** What the list shows. */
export interface FeedState {
  /** The newest first. Undefined until the first answer. */
  calls: readonly CallSummary[] | undefined;
  connection: 'connecting' | 'live' | 'lost';
}

/** The calls that the runtime knows, kept up to date by its stream of changes. */
export class CallFeed {
  readonly #listeners = new Set<() => void>();
  #state: FeedState = { calls: undefined, connection: 'connecting' };
  #calls = new Map<string, CallSummary>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): FeedState => this.#state;

  /** Listens first and asks then, so that nothing is missed between the two. */
  start(): void {
    const source = new EventSource(`${import.meta.env.BASE_URL}changes`);
    source.onopen = () => void this.#load();
    source.onmessage = ({ data }) => this.#changed(JSON.parse(String(data)) as CallSummary[]);
    source.onerror = () => this.#set({ connection: 'lost' });
  }

  async #load(): Promise<void> {
    const response = await fetch(`${import.meta.env.BASE_URL}list.json`, { cache: 'no-store' }).catch(
      () => undefined,
    );
    if (!response?.ok) return;
    const { calls } = (await response.json()) as { calls: CallSummary[] };
    const changed = [...this.#calls.values()];
    this.#calls = new Map(calls.map((call) => [call.transactionId, call]));
    for (const call of changed) {
      if ((this.#calls.get(call.transactionId)?.durationMs ?? -1) < call.durationMs) {
        this.#calls.set(call.transactionId, call);
      }
    }
    this.#set({ connection: 'live' });
  }

  #changed(rows: readonly CallSummary[]): void {
    for (const row of rows) this.#calls.set(row.transactionId, row);
    this.#set({});
  }

  #set(change: Partial<FeedState>): void {
    const calls = [...this.#calls.values()].sort((one, other) => other.at - one.at);
    this.#state = { ...this.#state, calls, ...change };
    for (const listener of this.#listeners) listener();
  }
}
