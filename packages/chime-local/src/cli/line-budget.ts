/** Length of a budget period in milliseconds. */
const PERIOD_MS = 1000;

/**
 * Lets a number of lines per second through and counts the rest, so that a looping function does not bury
 * calls.
 */
export class LineBudget {
  readonly #perSecond: number;
  readonly #onDropped: (count: number) => void;
  readonly #now: () => number;
  #periodStart = Number.NEGATIVE_INFINITY;
  #taken = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Texts already shown in this period; a repetition is dropped. */
  readonly #shown = new Set<string>();

  constructor(perSecond: number, onDropped: (count: number) => void, now = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#onDropped = onDropped;
    this.#now = now;
  }

  /** True if one more line may be shown. The same `text` is shown at most once per second. */
  take(text?: string): boolean {
    if (this.#now() - this.#periodStart >= PERIOD_MS) this.#begin();
    const isRepeated = text !== undefined && this.#shown.has(text);
    if (this.#taken < this.#perSecond && !isRepeated) {
      this.#taken++;
      if (text !== undefined) this.#shown.add(text);
      return true;
    }
    this.#dropped++;
    // The count is reported even if no further line follows.
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
