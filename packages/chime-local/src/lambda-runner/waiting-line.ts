import type { Invocation } from './function-process.ts';
import type { Urgency } from './lambda-runner.ts';
import { serviceClosing, tooManyRequests } from './lambda-service-error.ts';
import * as limits from './limits.ts';

const SECOND_MS = 1_000;

/** An invocation that waits for a process. */
export interface Waiting extends Invocation {
  /** When it came, ms of a steady clock. */
  since: number;
  refuse(error: Error): void;
}

/**
 * The invocations of one function that wait for a process, in the order in which they came, in two classes: what is live
 * and what is new. Times are arguments, in ms of a steady clock.
 */
export class WaitingLine {
  readonly #lines: Record<Urgency, Waiting[]> = { live: [], new: [] };
  /** How many were taken, live and new, in each of the last whole seconds. */
  readonly #taken = new Map<number, number>();
  /** When the first of what is new was taken since the line was last empty. */
  #movesSince: number | undefined;

  get size(): number {
    return this.#lines.live.length + this.#lines.new.length;
  }

  /** When the one came that is next. */
  get nextSince(): number | undefined {
    return (this.#lines.live[0] ?? this.#lines.new[0])?.since;
  }

  /** @throws TooManyRequestsException when too many wait already. */
  add(waiting: Waiting, urgency: Urgency): void {
    const line = this.#lines[urgency];
    const most = urgency === 'new' ? limits.MAX_WAITING_NEW : limits.MAX_WAITING_INVOCATIONS;
    if (line.length >= most) throw tooManyRequests();
    line.push(waiting);
  }

  /** It waited its turn already. */
  putBack(waiting: Waiting): void {
    this.#lines.live.unshift(waiting);
  }

  takeLive(now: number): Waiting | undefined {
    const next = this.#lines.live.shift();
    if (next) this.#count(now);
    return next;
  }

  /** What has waited so long that nobody waits for its answer any more is refused on the way. */
  takeNew(now: number): Waiting | undefined {
    const line = this.#lines.new;
    let next = line.shift();
    while (next && now - next.since >= limits.NEW_GIVEN_UP_MS) {
      next.refuse(tooManyRequests());
      next = line.shift();
    }
    if (next) this.#count(now);
    if (line.length === 0) this.#movesSince = undefined;
    else if (next) this.#movesSince ??= now;
    return next;
  }

  /**
   * Milliseconds that something new would wait if it came now: what the next one has waited, or, at the best pace of the
   * last seconds, what is before it. Who is refused for nothing is worse off than who waits a little longer than thought.
   */
  expectedWaitMs(now: number): number {
    const [oldest] = this.#lines.new;
    if (!oldest) return 0;
    const waited = now - oldest.since;
    // A function that starts cold is slow at first: its pace is only believed after a while.
    if (this.#movesSince === undefined || now - this.#movesSince < limits.PACE_WINDOW_MS) return waited;
    const since = now - limits.PACE_WINDOW_MS;
    const counts = [...this.#taken].filter(([second]) => second * SECOND_MS >= since);
    const best = Math.max(1, ...counts.map(([, count]) => count));
    return Math.max(waited, (this.size * SECOND_MS) / best);
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
    for (const line of Object.values(this.#lines)) {
      for (const waiting of line.splice(0)) waiting.refuse(serviceClosing());
    }
  }
}
