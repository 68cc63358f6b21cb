import type { Invocation } from './function-process.ts';
import type { Urgency } from './lambda-runner.ts';
import { serviceClosing, tooManyRequests } from './lambda-service-error.ts';
import * as limits from './limits.ts';
import { SourceLines } from './source-lines.ts';

const SECOND_MS = 1_000;

/** An invocation that waits for a process. */
export interface Waiting extends Invocation {
  /** Time of arrival in ms of a monotonic clock. */
  since: number;
  /** The origin, e.g. a telephone's address; each source has a line of its own in each class. */
  source?: string | undefined;
  refuse(error: Error): void;
}

/**
 * The invocations of one function that wait for a process, in two classes: live ones and, behind them, new
 * ones. Within each class the sources take turns, so that a flood from one address keeps nobody else waiting.
 * That holds for the events of its calls as well: the second live event of a source takes turns with new
 * invocations of other sources. Times are passed as arguments, in ms of a monotonic clock.
 */
export class WaitingLine {
  /** Invocations that were put back; they have had their turn already. */
  readonly #returned: Waiting[] = [];
  readonly #live = new SourceLines<Waiting>();
  readonly #new = new SourceLines<Waiting>();
  /** Set if the invocation taken last was live and more of its source are waiting. */
  #hasBacklog = false;
  /** Number of invocations taken, live and new, in each of the last whole seconds. */
  readonly #taken = new Map<number, number>();
  /** Time at which the first new invocation was taken since the line was last empty. */
  #movesSince: number | undefined;

  get size(): number {
    return this.#liveSize + this.#new.size;
  }

  get #liveSize(): number {
    return this.#returned.length + this.#live.size;
  }

  /** The arrival time of the next invocation. */
  get nextSince(): number | undefined {
    return (this.#returned[0] ?? this.#live.first ?? this.#new.first)?.since;
  }

  /** @throws TooManyRequestsException if too many are waiting already. */
  add(waiting: Waiting, urgency: Urgency): void {
    const [waits, most] =
      urgency === 'new'
        ? [this.#new.size, limits.MAX_WAITING_NEW]
        : [this.#liveSize, limits.MAX_WAITING_INVOCATIONS];
    if (waits >= most) throw tooManyRequests();
    (urgency === 'live' ? this.#live : this.#new).add(waiting);
  }

  /** Puts back an invocation that has had its turn already. */
  putBack(waiting: Waiting): void {
    this.#returned.unshift(waiting);
  }

  /** Takes the next invocation; without `hasRoomForNew`, only a live one. */
  take(now: number, hasRoomForNew: boolean): { waiting: Waiting; urgency: Urgency } | undefined {
    if (hasRoomForNew && this.#hasBacklog && this.#returned.length === 0) {
      this.#hasBacklog = false;
      // New invocations do not overtake live events of their own source.
      const waiting = this.takeNew(now, (source) => this.#live.of(source).length > 0);
      if (waiting) return { waiting, urgency: 'new' };
    }
    const live = this.takeLive(now);
    if (live) return { waiting: live, urgency: 'live' };
    const waiting = hasRoomForNew ? this.takeNew(now) : undefined;
    return waiting && { waiting, urgency: 'new' };
  }

  takeLive(now: number): Waiting | undefined {
    const next = this.#returned.shift() ?? this.#live.next();
    if (next) this.#count(now);
    this.#hasBacklog = next !== undefined && this.#live.of(next.source ?? '').length > 0;
    return next;
  }

  /**
   * Takes the next new invocation and refuses those that have waited so long that nobody waits for their
   * answer.
   * @param kept returns true for sources of which nothing is taken
   */
  takeNew(now: number, kept?: (source: string) => boolean): Waiting | undefined {
    let next = this.#new.next(kept);
    while (next && now - next.since >= limits.NEW_GIVEN_UP_MS) {
      next.refuse(tooManyRequests());
      next = this.#new.next(kept);
    }
    if (next) this.#count(now);
    if (this.#new.size === 0) this.#movesSince = undefined;
    else if (next) this.#movesSince ??= now;
    return next;
  }

  /**
   * Milliseconds that a new invocation of that source would wait if it came now: the time that the source's
   * next one has waited so far, or the time for everything before it at the best pace of the last seconds,
   * whichever is longer. The best pace is used because a needless refusal is worse than a wait slightly
   * longer than expected.
   */
  expectedWaitMs(now: number, source = ''): number {
    if (this.#new.size === 0) return 0;
    const own = this.#new.of(source);
    const waited = own[0] ? now - own[0].since : 0;
    // A function that starts cold is slow at first, so its pace counts only after a while.
    if (this.#movesSince === undefined || now - this.#movesSince < limits.PACE_WINDOW_MS) return waited;
    const since = now - limits.PACE_WINDOW_MS;
    const counts = [...this.#taken].filter(([second]) => second * SECOND_MS >= since);
    const best = Math.max(1, ...counts.map(([, count]) => count));
    let before = this.#returned.length + this.#live.of(source).length + own.length;
    for (const others of [...this.#live.othersThan(source), ...this.#new.othersThan(source)]) {
      before += Math.min(others, own.length + 1);
    }
    return Math.max(waited, (before * SECOND_MS) / best);
  }

  #count(now: number): void {
    const second = Math.floor(now / SECOND_MS);
    const count = this.#taken.get(second);
    this.#taken.set(second, (count ?? 0) + 1);
    if (count !== undefined) return;
    for (const before of this.#taken.keys()) {
      if ((second - before) * SECOND_MS > limits.PACE_WINDOW_MS) this.#taken.delete(before);
    }
  }

  refuseAll(): void {
    const all = [...this.#returned.splice(0), ...this.#live.clear(), ...this.#new.clear()];
    for (const waiting of all) waiting.refuse(serviceClosing());
  }
}
