/** Cleanup functions, run newest first. */
export class Closers {
  readonly #closers: (() => Promise<void> | void)[] = [];
  #closing = false;

  /** Adds a cleanup function. Once `close` has begun, it is run at once. */
  add(closer: () => Promise<void> | void): void {
    if (this.#closing) void closer();
    else this.#closers.push(closer);
  }

  /** Runs all cleanup functions, even if some fail; rejects with the first failure. */
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
