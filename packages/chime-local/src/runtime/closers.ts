/** What has to be undone, newest first. */
export class Closers {
  readonly #closers: (() => Promise<void> | void)[] = [];
  #closing = false;

  /** After `close` has begun, what comes late is undone at once. */
  add(closer: () => Promise<void> | void): void {
    if (this.#closing) void closer();
    else this.#closers.push(closer);
  }

  /** Undoes everything, whatever fails on the way; rejects with the first failure. */
  async close(): Promise<void> {
    this.#closing = true;
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
