/** Admits `perSecond` units in the long run and `burst` at once. Time is passed as an argument, in milliseconds. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number | undefined;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Whether `units` more would be admitted. */
  has(now: number, units = 1): boolean {
    const passed = Math.max(0, now - (this.#at ?? now));
    this.#at = now;
    this.#tokens = Math.min(this.#burst, this.#tokens + (passed / 1000) * this.#perSecond);
    return this.#tokens >= units;
  }

  /** Admits `units` more if possible; otherwise none of them counts. */
  take(now: number, units = 1): boolean {
    if (!this.has(now, units)) return false;
    this.#tokens -= units;
    return true;
  }
}
