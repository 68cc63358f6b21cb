/** Milliseconds of a period of the budget. */
const PERIOD_MS = 1000;

/** Lets so many lines a second through and counts the rest, so that a function that loops does not bury calls. */
export class LineBudget {
  readonly #perSecond: number;
  readonly #onDropped: (count: number) => void;
  readonly #now: () => number;
  #periodStart = Number.NEGATIVE_INFINITY;
  #taken = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(perSecond: number, onDropped: (count: number) => void, now = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#onDropped = onDropped;
    this.#now = now;
  }

  /** True when one more line may be shown. */
  take(): boolean {
    if (this.#now() - this.#periodStart >= PERIOD_MS) this.#begin();
    if (this.#taken < this.#perSecond) {
      this.#taken++;
      return true;
    }
    this.#dropped++;
    // Said even if no further line comes.
    this.#timer ??= setTimeout(() => this.#begin(), PERIOD_MS).unref();
    return false;
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#periodStart = this.#now();
    this.#taken = 0;
    const dropped = this.#dropped;
    this.#dropped = 0;
    if (dropped > 0) this.#onDropped(dropped);
  }
}
