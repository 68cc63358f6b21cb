interface Task {
  readonly at: number;
  /** Of several at the same time, the one with the smaller number is done first. */
  readonly order: number;
  run(): void;
}

/**
 * A clock that is moved by hand. Whatever is due is done first; then the work that is under way in real time (a handler's
 * promise) is waited for; only when nothing is left to do does time move, and then to the next thing that happens. It is counted in
 * whole milliseconds, as records are; a sound may be longer by a part of one.
 */
export class VirtualTime {
  #now: number;
  #tasks: Task[] = [];
  #orders = 0;
  readonly #working = new Set<Promise<void>>();

  /** @param startsAt milliseconds since the epoch */
  constructor(startsAt: number) {
    this.#now = Math.round(startsAt);
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  /** Does something when that time has come. Returns what cancels it. */
  at(time: number, run: () => void): () => void {
    const task: Task = { at: Math.max(Math.round(time), this.#now), order: this.#orders, run };
    this.#orders += 1;
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** Time stands still until this work, which never rejects, is done. */
  waitFor(work: Promise<void>): void {
    this.#working.add(work);
    void work.then(() => this.#working.delete(work));
  }

  /** Everything that is due and everything under way is done; no time goes by. */
  async settle(): Promise<void> {
    for (;;) {
      const next = this.#next();
      if (next && next.at <= this.#now) this.#run(next);
      else if (this.#working.size > 0) await Promise.race(this.#working);
      else return;
    }
  }

  /** Goes to the next thing that happens, if it happens until then, and does it. False: there is none. */
  async step(until: number): Promise<boolean> {
    await this.settle();
    const next = this.#next();
    if (!next || next.at > until) return false;
    this.#run(next);
    await this.settle();
    return true;
  }

  /** Lets time go by, with all that happens meanwhile. */
  async passUntil(time: number): Promise<void> {
    while (await this.step(time));
    this.#now = Math.max(this.#now, Math.round(time));
  }

  #run(task: Task): void {
    this.#tasks = this.#tasks.filter((other) => other !== task);
    this.#now = Math.max(this.#now, task.at);
    task.run();
  }

  #next(): Task | undefined {
    let first: Task | undefined;
    for (const task of this.#tasks) {
      if (!first || task.at < first.at || (task.at === first.at && task.order < first.order)) first = task;
    }
    return first;
  }
}
