interface Task {
  readonly at: number;
  /** Of several tasks at the same time, the one with the smaller number runs first. */
  readonly order: number;
  run(): void;
}

/**
 * A virtual clock. Tasks that are due run first; then the work that is under way in real time (a handler's
 * promise) is awaited; only when nothing is left to do does time advance, to the next task. Time is counted
 * in whole milliseconds, as in records; a sound may be longer by a fraction of one.
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

  /** Runs a task when this time has come. Returns a function that cancels it. */
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

  /** Finishes everything that is due or under way, without advancing time. */
  async settle(): Promise<void> {
    for (;;) {
      const next = this.#next();
      if (next && next.at <= this.#now) this.#run(next);
      else if (this.#working.size > 0) await Promise.race(this.#working);
      else return;
    }
  }

  /** Advances to the next task if it is due by `until`, and runs it. Returns false if there is none. */
  async step(until: number): Promise<boolean> {
    await this.settle();
    const next = this.#next();
    if (!next || next.at > until) return false;
    this.#run(next);
    await this.settle();
    return true;
  }

  /** Lets time pass and runs every task that falls due meanwhile. */
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
