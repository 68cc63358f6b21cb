import type { Clock } from 'page-ui/clock.ts';
import { type Failure, failureOf } from './failure.ts';

/** The state of a repeated request. */
export interface PollState<T> {
  /** The newest answer; stays while reconnecting. */
  data?: T;
  /** When that answer arrived, milliseconds since the epoch. */
  receivedAt?: number;
  /** `starting`: no answer yet. */
  health: 'starting' | 'live' | 'reconnecting' | 'signed-out';
  /** Why the last request failed. */
  failure?: Failure;
  /** Consecutive failed requests. */
  misses: number;
}

/** Whether the page is visible. `off`: it has been closed. */
export type Watched = 'shown' | 'hidden' | 'off';

export interface PollTimes {
  /** Least milliseconds from one request to the next. */
  leastMs: number;
  /** Most milliseconds from one request to the next while nothing changes: each unchanged answer makes the pause longer. */
  idleMs: number;
  /** The factor by which an unchanged answer makes the pause longer. */
  growth: number;
  /** Milliseconds from one request to the next while the page is hidden. */
  hiddenMs: number;
  /** Milliseconds from one request to the next while changes are reported and nothing in the last answer could change unreported. */
  restMs: number;
  /** Milliseconds after the first failure; each further failure doubles them. */
  backOffMs: number;
  maxBackOffMs: number;
}

/** The times of the console. With many pages open, requests must leave room for operators' updates below `API_THROTTLE`. */
export const POLL_TIMES: PollTimes = {
  leastMs: 1000,
  idleMs: 3000,
  growth: 1.25,
  hiddenMs: 10_000,
  restMs: 900_000,
  backOffMs: 1000,
  maxBackOffMs: 8000,
};

/**
 * Repeats a request: never two at once, at most one a second, and less often while nothing changes, while it fails or while the page is
 * hidden. A page that becomes visible asks at once. The state is for `useSyncExternalStore`.
 */
export class Poll<T> {
  readonly #ask: (signal: AbortSignal) => Promise<T>;
  readonly #clock: Clock;
  readonly #times: PollTimes;
  readonly #rests: (data: T) => boolean;
  readonly #listeners = new Set<() => void>();
  #state: PollState<T> = { health: 'starting', misses: 0 };
  #cancelTimer: (() => void) | undefined;
  #running: AbortController | undefined;
  #askAgain = false;
  #watched: Watched = 'off';
  #hurryUntil = 0;
  #pauseMs: number;
  /** Whether changes are reported by `changed`. */
  #relied = false;
  /** Whether a change was reported while a request was under way. */
  #changed = false;
  /** When the next request is due; infinite if none is. */
  #dueAt = Number.POSITIVE_INFINITY;
  /** When the last request was sent. */
  #askedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param rests whether nothing in an answer can change without being reported. By default everything can: rows of calls, for
   *   example, are verified when they are requested.
   */
  constructor(
    ask: (signal: AbortSignal) => Promise<T>,
    clock: Clock,
    rests: (data: T) => boolean = () => false,
    times: PollTimes = POLL_TIMES,
  ) {
    this.#ask = ask;
    this.#clock = clock;
    this.#rests = rests;
    this.#times = times;
    this.#pauseMs = times.leastMs;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): PollState<T> => this.#state;

  /** Notes whether the page is visible. A page that becomes visible asks as soon as it may. */
  watch(watched: Watched): void {
    if (watched === this.#watched) return;
    const before = this.#watched;
    this.#watched = watched;
    if (watched === 'off') {
      this.#cancelTimer?.();
      this.#running?.abort();
      this.#running = undefined;
    } else if (watched === 'shown' || before === 'off') this.askNow();
  }

  /** Asks as soon as it may. While a request is under way, asks once more after its answer. */
  askNow(): void {
    if (this.#watched === 'off') return;
    this.#pauseMs = this.#times.leastMs;
    if (this.#running) {
      this.#askAgain = true;
      return;
    }
    this.#askAfter(this.#askedAt + this.#times.leastMs - this.#clock.now());
  }

  /** Sets whether changes will be reported by `changed`. Requests are rare then while nothing changes. */
  rely(told: boolean): void {
    if (told === this.#relied) return;
    this.#relied = told;
    if (!told) this.changed();
  }

  /**
   * Reports that something may have changed. Requests become no more frequent than without reports, because a request may itself cause
   * a change that is reported.
   */
  changed(): void {
    if (this.#watched !== 'shown') return;
    this.#changed = this.#running !== undefined;
    const dueAt = this.#askedAt + this.#times.idleMs;
    if (!this.#changed && dueAt < this.#dueAt) this.#askAfter(dueAt - this.#clock.now());
  }

  /** Announces a change: for the next `ms` the pauses do not grow. */
  hurry(ms: number): void {
    this.#hurryUntil = Math.max(this.#hurryUntil, this.#clock.now() + ms);
    this.askNow();
  }

  #askAfter(ms: number): void {
    this.#cancelTimer?.();
    this.#dueAt = this.#clock.now() + ms;
    if (ms <= 0) void this.#askOnce();
    else this.#cancelTimer = this.#clock.after(ms, () => void this.#askOnce());
  }

  async #askOnce(): Promise<void> {
    this.#askAgain = false;
    this.#changed = false;
    const control = new AbortController();
    this.#running = control;
    this.#askedAt = this.#clock.now();
    let next: PollState<T>;
    try {
      const data = this.#sameOrNew(await this.#ask(control.signal));
      this.#pauseMs = this.#pauseAfter(data, data === this.#state.data);
      next = { data, receivedAt: this.#clock.now(), health: 'live', misses: 0 };
    } catch (error) {
      const failure = failureOf(error);
      const health = failure.kind === 'signed-out' ? 'signed-out' : 'reconnecting';
      next = { ...this.#state, health, failure, misses: this.#state.misses + 1 };
    }
    if (this.#running !== control) return; // The page has been closed.
    this.#running = undefined;
    this.#set(next);
    if (next.health !== 'signed-out') this.#askAfter(this.#askedAt + this.#wait() - this.#clock.now());
  }

  /** Milliseconds from an answered request to the next one. */
  #pauseAfter(data: T, same: boolean): number {
    const { leastMs, idleMs, growth, hiddenMs, restMs } = this.#times;
    if (!same || this.#clock.now() < this.#hurryUntil) return leastMs;
    if (this.#relied && this.#changed) return idleMs;
    if (this.#relied) return this.#rests(data) ? restMs : hiddenMs;
    return Math.min(idleMs, this.#pauseMs * growth);
  }

  /** Milliseconds from the last request to the next one. */
  #wait(): number {
    const { leastMs, hiddenMs, backOffMs, maxBackOffMs } = this.#times;
    const { misses } = this.#state;
    if (misses > 0) {
      const answeredAfter = this.#clock.now() - this.#askedAt;
      return answeredAfter + Math.min(maxBackOffMs, backOffMs * 2 ** (misses - 1));
    }
    if (this.#askAgain) return leastMs;
    return this.#watched === 'hidden' ? hiddenMs : this.#pauseMs;
  }

  /** Keeps the previous object if the new answer is equal, so that nothing is rendered again. */
  #sameOrNew(data: T): T {
    const before = this.#state.data;
    return before !== undefined && JSON.stringify(before) === JSON.stringify(data) ? before : data;
  }

  #set(state: PollState<T>): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Ties a poll to the page: it asks rarely while the page is hidden, and at once on focus and when the browser comes online. */
export function pollWhileOpen(poll: Pick<Poll<unknown>, 'watch' | 'askNow'>): () => void {
  const look = () => poll.watch(document.visibilityState === 'visible' ? 'shown' : 'hidden');
  const now = () => poll.askNow();
  document.addEventListener('visibilitychange', look);
  window.addEventListener('focus', now);
  window.addEventListener('online', now);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    window.removeEventListener('focus', now);
    window.removeEventListener('online', now);
    poll.watch('off');
  };
}
