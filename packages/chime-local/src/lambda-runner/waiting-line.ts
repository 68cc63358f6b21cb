import type { Invocation } from './function-process.ts';
import type { Urgency } from './lambda-runner.ts';
import { serviceClosing, tooManyRequests } from './lambda-service-error.ts';
import * as limits from './limits.ts';
import { SourceLines } from './source-lines.ts';

const SECOND_MS = 1_000;

/** An invocation that waits for a process. */
export interface Waiting extends Invocation {
  /** When it came, ms of a steady clock. */
  since: number;
  /** Who brings it, e.g. the address of a telephone; each source has a line of its own in each class. */
  source?: string | undefined;
  refuse(error: Error): void;
}

/**
 * The invocations of one function that wait for a process, in two classes: what is live, and behind it what is new. In each of
 * them the sources take turns, so that a flood from one address keeps nobody else waiting: neither with new calls nor with the
 * events of its calls, for the second live event of one source takes turns with what is new of others. Times are arguments, in
 * ms of a steady clock.
 */
export class WaitingLine {
  /** Which had their turn already. */
  readonly #returned: Waiting[] = [];
  readonly #live = new SourceLines<Waiting>();
  readonly #new = new SourceLines<Waiting>();
  /** What was taken last was live, and there is more of its source. */
  #hasBacklog = false;
  /** How many were taken, live and new, in each of the last whole seconds. */
  readonly #taken = new Map<number, number>();
  /** When the first of what is new was taken since the line was last empty. */
  #movesSince: number | undefined;

  get size(): number {
    return this.#liveSize + this.#new.size;
  }

  get #liveSize(): number {
    return this.#returned.length + this.#live.size;
  }

  /** When the one came that is next. */
  get nextSince(): number | undefined {
    return (this.#returned[0] ?? this.#live.first ?? this.#new.first)?.since;
  }

  /** @throws TooManyRequestsException when too many wait already. */
  add(waiting: Waiting, urgency: Urgency): void {
    const [waits, most] =
      urgency === 'new'
        ? [this.#new.size, limits.MAX_WAITING_NEW]
        : [this.#liveSize, limits.MAX_WAITING_INVOCATIONS];
    if (waits >= most) throw tooManyRequests();
    (urgency === 'live' ? this.#live : this.#new).add(waiting);
  }

  /** It waited its turn already. */
  putBack(waiting: Waiting): void {
    this.#returned.unshift(waiting);
  }

  /** Takes what is next; `hasRoomForNew`: not only what is live may be taken. */
  take(now: number, hasRoomForNew: boolean): { waiting: Waiting; urgency: Urgency } | undefined {
    if (hasRoomForNew && this.#hasBacklog && this.#returned.length === 0) {
      this.#hasBacklog = false;
      // Of who has live events waiting nothing new goes before them.
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
   * What has waited so long that nobody waits for its answer any more is refused on the way.
   * @param kept tells the sources of which nothing is taken
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
   * Milliseconds that something new of that source would wait if it came now: what its next one has waited, or, at the best
   * pace of the last seconds, what is before it. Who is refused for nothing is worse off than who waits a little longer than
   * thought.
   */
  expectedWaitMs(now: number, source = ''): number {
    if (this.#new.size === 0) return 0;
    const own = this.#new.of(source);
    const waited = own[0] ? now - own[0].since : 0;
    // A function that starts cold is slow at first: its pace is only believed after a while.
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
