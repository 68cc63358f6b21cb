import type { CallSummary } from 'pstn-audio/record';

/** Milliseconds before a stream that was refused is opened again: a runtime that starts refuses it for a while. */
const REOPEN_MS = 2000;

/** What the list shows. */
export interface FeedState {
  /** The newest first. Undefined until the first answer. */
  calls: readonly CallSummary[] | undefined;
  connection: 'connecting' | 'live' | 'lost';
}

/** Whom the feed asks: the browser, or a test. */
export interface FeedWorld {
  /** The stream of changes. */
  open(): Pick<EventSource, 'onopen' | 'onmessage' | 'onerror' | 'readyState' | 'close'>;
  /** All calls; undefined where that was not answered. */
  load(): Promise<CallSummary[] | undefined>;
  after(ms: number, what: () => void): void;
}

const CLOSED = 2;

const browser: FeedWorld = {
  open: () => new EventSource(`${import.meta.env.BASE_URL}changes`),
  async load() {
    const response = await fetch(`${import.meta.env.BASE_URL}list.json`, { cache: 'no-store' });
    return response.ok ? ((await response.json()) as { calls: CallSummary[] }).calls : undefined;
  },
  after: (ms, what) => void setTimeout(what, ms),
};

/** The calls that the runtime knows, kept up to date by its stream of changes. */
export class CallFeed {
  readonly #world: FeedWorld;
  readonly #listeners = new Set<() => void>();
  #state: FeedState = { calls: undefined, connection: 'connecting' };
  #calls = new Map<string, CallSummary>();
  /** What the stream has told since it was opened. */
  #told = new Map<string, CallSummary>();

  constructor(world: FeedWorld = browser) {
    this.#world = world;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): FeedState => this.#state;

  /** Listens first and asks then, so that nothing is missed between the two. */
  start(): void {
    const source = this.#world.open();
    source.onopen = () => {
      this.#told = new Map();
      void this.#load(this.#told, source);
    };
    source.onmessage = ({ data }) => this.#changed(JSON.parse(String(data)) as CallSummary[]);
    source.onerror = () => {
      this.#set({ connection: 'lost' });
      // A browser opens what broke off again, but not what was refused.
      if (source.readyState === CLOSED) this.#startLater();
    };
  }

  #startLater(): void {
    this.#world.after(REOPEN_MS, () => this.start());
  }

  /** Of what was known before the stream broke off, nothing is kept: the runtime may be another one. */
  async #load(told: ReadonlyMap<string, CallSummary>, source: ReturnType<FeedWorld['open']>): Promise<void> {
    const calls = await this.#world.load().catch(() => undefined);
    if (told !== this.#told) return;
    if (!calls) {
      source.close();
      return this.#startLater();
    }
    this.#calls = new Map(calls.map((call) => [call.transactionId, call]));
    for (const call of told.values()) {
      if ((this.#calls.get(call.transactionId)?.durationMs ?? -1) < call.durationMs)
        this.#calls.set(call.transactionId, call);
    }
    this.#set({ connection: 'live' });
  }

  #changed(rows: readonly CallSummary[]): void {
    for (const row of rows) {
      this.#calls.set(row.transactionId, row);
      this.#told.set(row.transactionId, row);
    }
    this.#set({});
  }

  #set(change: Partial<FeedState>): void {
    const calls = [...this.#calls.values()].sort((one, other) => other.at - one.at);
    this.#state = { ...this.#state, calls, ...change };
    for (const listener of this.#listeners) listener();
  }
}
