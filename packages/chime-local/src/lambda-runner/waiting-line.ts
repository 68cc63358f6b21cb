import type { Invocation } from './function-process.ts';
import type { Urgency } from './lambda-runner.ts';
import { serviceClosing, tooManyRequests } from './lambda-service-error.ts';
import * as limits from './limits.ts';

const SECOND_MS = 1_000;

/** An invocation that waits for a process. */
export interface Waiting extends Invocation {
  /** When it came, ms of a steady clock. */
  since: number;
  /** Who brings it, e.g. the address of a telephone; of what is new each source has a line of its own. */
  source?: string | undefined;
  refuse(error: Error): void;
}

/**
 * The invocations of one function that wait for a process, in two classes: what is live, in the order in which it came, and
 * what is new. Of what is new, the sources take turns, so that a flood from one address keeps nobody else waiting. Times are
 * arguments, in ms of a steady clock.
 */
export class WaitingLine {
  readonly #live: Waiting[] = [];
  /** By source, in the order of their turns; none is empty. */
  readonly #new = new Map<string, Waiting[]>();
  #newSize = 0;
  /** How many were taken, live and new, in each of the last whole seconds. */
  readonly #taken = new Map<number, number>();
  /** When the first of what is new was taken since the line was last empty. */
  #movesSince: number | undefined;

  get size(): number {
    return this.#live.length + this.#newSize;
  }

  /** When the one came that is next. */
  get nextSince(): number | undefined {
    const [first] = this.#new.values();
    return (this.#live[0] ?? first?.[0])?.since;
  }

  /** @throws TooManyRequestsException when too many wait already. */
  add(waiting: Waiting, urgency: Urgency): void {
    const [waits, most] =
      urgency === 'new'
        ? [this.#newSize, limits.MAX_WAITING_NEW]
        : [this.#live.length, limits.MAX_WAITING_INVOCATIONS];
    if (waits >= most) throw tooManyRequests();
    if (urgency === 'live') this.#live.push(waiting);
    else this.#addNew(waiting);
  }

  #addNew(waiting: Waiting): void {
    const { source = '' } = waiting;
    const line = this.#new.get(source);
    if (line) line.push(waiting);
    else this.#new.set(source, [waiting]);
    this.#newSize++;
  }

  /** It waited its turn already. */
  putBack(waiting: Waiting): void {
    this.#live.unshift(waiting);
  }

  takeLive(now: number): Waiting | undefined {
    const next = this.#live.shift();
    if (next) this.#count(now);
    return next;
  }

  /** What has waited so long that nobody waits for its answer any more is refused on the way. */
  takeNew(now: number): Waiting | undefined {
    let next = this.#nextNew();
    while (next && now - next.since >= limits.NEW_GIVEN_UP_MS) {
      next.refuse(tooManyRequests());
      next = this.#nextNew();
    }
    if (next) this.#count(now);
    if (this.#newSize === 0) this.#movesSince = undefined;
    else if (next) this.#movesSince ??= now;
    return next;
  }

  /** The first of the source whose turn it is, which is behind the others then. */
  #nextNew(): Waiting | undefined {
    const [turn] = this.#new;
    if (!turn) return undefined;
    const [source, line] = turn;
    const next = line.shift();
    this.#new.delete(source);
    if (line.length > 0) this.#new.set(source, line);
    this.#newSize--;
    return next;
  }

  /**
   * Milliseconds that something new of that source would wait if it came now: what its next one has waited, or, at the best
   * pace of the last seconds, what is before it. Who is refused for nothing is worse off than who waits a little longer than
   * thought.
   */
  expectedWaitMs(now: number, source = ''): number {
    if (this.#newSize === 0) return 0;
    const own = this.#new.get(source) ?? [];
    const waited = own[0] ? now - own[0].since : 0;
    // A function that starts cold is slow at first: its pace is only believed after a while.
    if (this.#movesSince === undefined || now - this.#movesSince < limits.PACE_WINDOW_MS) return waited;
    const since = now - limits.PACE_WINDOW_MS;
    const counts = [...this.#taken].filter(([second]) => second * SECOND_MS >= since);
    const best = Math.max(1, ...counts.map(([, count]) => count));
    let before = this.#live.length + own.length;
    for (const [other, line] of this.#new)
      if (other !== source) before += Math.min(line.length, own.length + 1);
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
    const all = [...this.#live.splice(0), ...[...this.#new.values()].flat()];
    this.#new.clear();
    this.#newSize = 0;
    for (const waiting of all) waiting.refuse(serviceClosing());
  }
}
