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
  /** Texts of this period that need no second line. */
  readonly #shown = new Set<string>();

  constructor(perSecond: number, onDropped: (count: number) => void, now = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#onDropped = onDropped;
    this.#now = now;
  }

  /** True when one more line may be shown; the same `text` may once a second. */
  take(text?: string): boolean {
    if (this.#now() - this.#periodStart >= PERIOD_MS) this.#begin();
    const isRepeated = text !== undefined && this.#shown.has(text);
    if (this.#taken < this.#perSecond && !isRepeated) {
      this.#taken++;
      if (text !== undefined) this.#shown.add(text);
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
    this.#shown.clear();
    const dropped = this.#dropped;
    this.#dropped = 0;
    if (dropped > 0) this.#onDropped(dropped);
  }
}
