import type { Clock } from 'page-ui/clock.ts';
import { type Failure, failureOf } from './failure.ts';

/** What the page knows of a question that it asks again and again. */
export interface PollState<T> {
  /** The newest answer; stays while reconnecting. */
  data?: T;
  /** When that answer came, milliseconds since the epoch. */
  receivedAt?: number;
  /** `starting`: no answer yet. */
  health: 'starting' | 'live' | 'reconnecting' | 'signed-out';
  /** Why the last question brought nothing. */
  failure?: Failure;
  /** Questions in a row that brought nothing. */
  misses: number;
}

/** Whether somebody sees the page. `off`: it is not there any more. */
export type Watched = 'shown' | 'hidden' | 'off';

export interface PollTimes {
  /** Milliseconds from one question to the next, whatever happens. */
  leastMs: number;
  /** The same when nothing changes: each answer that says the same makes it longer, up to this. */
  idleMs: number;
  /** By how much longer. */
  growth: number;
  /** Milliseconds from one question to the next while another tab is before the page. */
  hiddenMs: number;
  /** Milliseconds after the first miss; doubled with each further one. */
  backOffMs: number;
  maxBackOffMs: number;
}

/** Of many pages: the API lets in what `API_THROTTLE` says, and operators' updates need room beside the questions. */
export const POLL_TIMES: PollTimes = {
  leastMs: 1000,
  idleMs: 3000,
  growth: 1.25,
  hiddenMs: 10_000,
  backOffMs: 1000,
  maxBackOffMs: 8000,
};

/**
 * Asks the server one question again and again: never two at once, at most one in a second, less when nothing changes,
 * when it fails, or when nobody sees the page; soon when somebody looks again. The state is for `useSyncExternalStore`.
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
  #watched: Watched = 'off';
  #hurryUntil = 0;
  #pauseMs: number;
  /** Somebody tells when there is something new. */
  #relied = false;
  /** That was told while a question was on its way. */
  #changed = false;
  /** When the next question is due, as far as one is. */
  #dueAt = Number.POSITIVE_INFINITY;
  /** When the last question was asked. */
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(ask: (signal: AbortSignal) => Promise<T>, clock: Clock, times: PollTimes = POLL_TIMES) {
    this.#ask = ask;
    this.#clock = clock;
    this.#times = times;
    this.#pauseMs = times.leastMs;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): PollState<T> => this.#state;

  /** Somebody looks at the page (or no longer does). Looking again asks as soon as may be. */
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

  /** Asks as soon as may be; when a question is on its way, once more after its answer. */
  askNow(): void {
    if (this.#watched === 'off') return;
    this.#pauseMs = this.#times.leastMs;
    if (this.#running) {
      this.#askAgain = true;
      return;
    }
    this.#askAfter(this.#askedAt + this.#times.leastMs - this.#clock.now());
  }

  /** Whether `changed` will be told: nothing is then asked for long while nothing changes. */
  rely(told: boolean): void {
    if (told === this.#relied) return;
    this.#relied = told;
    if (!told) this.changed();
  }

  /**
   * Something may have changed. It is asked for no more often than without being told, for a question may itself change what
   * is told of.
   */
  changed(): void {
    if (this.#watched !== 'shown') return;
    this.#changed = this.#running !== undefined;
    const dueAt = this.#askedAt + this.#times.idleMs;
    if (!this.#changed && dueAt < this.#dueAt) this.#askAfter(dueAt - this.#clock.now());
  }

  /** Something is about to change: for the next `ms` the questions do not become fewer. */
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
      this.#pauseMs = this.#pauseAfter(data === this.#state.data);
      next = { data, receivedAt: this.#clock.now(), health: 'live', misses: 0 };
    } catch (error) {
      const failure = failureOf(error);
      const health = failure.kind === 'signed-out' ? 'signed-out' : 'reconnecting';
      next = { ...this.#state, health, failure, misses: this.#state.misses + 1 };
    }
    if (this.#running !== control) return; // The page is gone: nobody wants this answer.
    this.#running = undefined;
    this.#set(next);
    if (next.health !== 'signed-out') this.#askAfter(this.#askedAt + this.#wait() - this.#clock.now());
  }

  /** Milliseconds until the next question is due, after one that was answered. */
  #pauseAfter(same: boolean): number {
    const { leastMs, idleMs, growth, hiddenMs } = this.#times;
    if (!same || this.#clock.now() < this.#hurryUntil) return leastMs;
    if (this.#relied) return this.#changed ? idleMs : hiddenMs;
    return Math.min(idleMs, this.#pauseMs * growth);
  }

  /** Milliseconds from the last question to the next. */
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

/** Ties a poll to the page: asks seldom while another tab is before it, and soon on focus and on coming online. */
export function pollWhileOpen(poll: Poll<unknown>): () => void {
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
