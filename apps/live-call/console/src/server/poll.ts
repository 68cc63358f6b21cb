import type { Clock } from 'page-ui/clock.ts';
import { type Failure, failureOf } from './failure.ts';

/** What the page knows of a question that it asks again and again. */
export interface PollState<T> {
  /** The newest answer; stays while reconnecting. */
  data?: T;
  /** When that answer came, milliseconds since the epoch. */
  receivedAt?: number;
  /** `starting`: no answer yet. `paused`: nobody looks at the page. */
  health: 'starting' | 'live' | 'reconnecting' | 'signed-out' | 'paused';
  /** Why the last question brought nothing. */
  failure?: Failure;
  /** Questions in a row that brought nothing. */
  misses: number;
}

export interface PollTimes {
  /** Milliseconds from one question to the next. */
  everyMs: number;
  /** The same while something is about to change. */
  hurryMs: number;
  /** Milliseconds after the first miss; doubled with each further one. */
  backOffMs: number;
  maxBackOffMs: number;
}

/** 500 ms keep the page within a second of the truth, with 500 ms for the answer to come. */
export const POLL_TIMES: PollTimes = { everyMs: 500, hurryMs: 200, backOffMs: 1000, maxBackOffMs: 8000 };

/**
 * Asks the server one question again and again: never two at once, slower when it fails, not at all while
 * nobody looks, at once when somebody looks again. The state is for `useSyncExternalStore`.
 */
export class Poll<T> {
  readonly #ask: (signal: AbortSignal) => Promise<T>;
  readonly #clock: Clock;
  readonly #times: PollTimes;
  readonly #listeners = new Set<() => void>();
  #state: PollState<T> = { health: 'starting', misses: 0 };
  #cancelTimer: (() => void) | undefined;
  #running: AbortController | undefined;
  #askAgain = false;
  #watched = false;
  #hurryUntil = 0;

  constructor(ask: (signal: AbortSignal) => Promise<T>, clock: Clock, times: PollTimes = POLL_TIMES) {
    this.#ask = ask;
    this.#clock = clock;
    this.#times = times;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): PollState<T> => this.#state;

  /** Somebody looks at the page (or no longer does). Looking again asks at once. */
  watch(watched: boolean): void {
    if (watched === this.#watched) return;
    this.#watched = watched;
    if (watched) {
      this.askNow();
      return;
    }
    this.#cancelTimer?.();
    this.#running?.abort();
    this.#running = undefined;
    if (this.#state.health === 'live') this.#set({ ...this.#state, health: 'paused' });
  }

  /** Asks now; when a question is on its way, again as soon as it is answered. */
  askNow(): void {
    if (!this.#watched) return;
    if (this.#running) {
      this.#askAgain = true;
      return;
    }
    void this.#askOnce();
  }

  /** Something is about to change: ask more often for the next `ms`. */
  hurry(ms: number): void {
    this.#hurryUntil = Math.max(this.#hurryUntil, this.#clock.now() + ms);
    this.askNow();
  }

  async #askOnce(): Promise<void> {
    this.#cancelTimer?.();
    this.#askAgain = false;
    const control = new AbortController();
    this.#running = control;
    const askedAt = this.#clock.now();
    let next: PollState<T>;
    try {
      const data = await this.#ask(control.signal);
      next = { data: this.#sameOrNew(data), receivedAt: this.#clock.now(), health: 'live', misses: 0 };
    } catch (error) {
      const failure = failureOf(error);
      const health = failure.kind === 'signed-out' ? 'signed-out' : 'reconnecting';
      next = { ...this.#state, health, failure, misses: this.#state.misses + 1 };
    }
    if (this.#running !== control) return; // The page was left meanwhile: this answer is old.
    this.#running = undefined;
    this.#set(next);
    this.#setTimer(askedAt);
  }

  #setTimer(askedAt: number): void {
    const { health, misses } = this.#state;
    if (health === 'signed-out') return;
    const now = this.#clock.now();
    const { backOffMs, maxBackOffMs, everyMs, hurryMs } = this.#times;
    const pause = now < this.#hurryUntil ? hurryMs : everyMs;
    const wait =
      misses > 0
        ? Math.min(maxBackOffMs, backOffMs * 2 ** (misses - 1))
        : this.#askAgain
          ? 0
          : Math.max(0, askedAt + pause - now);
    this.#cancelTimer = this.#clock.after(wait, () => void this.#askOnce());
  }

  /** An answer that says the same keeps its identity, so that nothing is drawn again. */
  #sameOrNew(data: T): T {
    const before = this.#state.data;
    return before !== undefined && JSON.stringify(before) === JSON.stringify(data) ? before : data;
  }

  #set(state: PollState<T>): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Ties a poll to the page: asks only while it is visible, and at once on focus and on coming online. */
export function pollWhileVisible(poll: Poll<unknown>): () => void {
  const look = () => poll.watch(document.visibilityState === 'visible');
  const now = () => poll.askNow();
  document.addEventListener('visibilitychange', look);
  window.addEventListener('focus', now);
  window.addEventListener('online', now);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    window.removeEventListener('focus', now);
    window.removeEventListener('online', now);
    poll.watch(false);
  };
}
