/** Lets `perSecond` units through in the long run and `burst` at once. Time is an argument. */
export class Allowance {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #at: number | undefined;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
  }

  /** Whether `units` more are allowed; if not, none of them counts. */
  take(now: number, units = 1): boolean {
    const passed = Math.max(0, now - (this.#at ?? now));
    this.#at = now;
    this.#left = Math.min(this.#burst, this.#left + (passed / 1000) * this.#perSecond);
    if (this.#left < units) return false;
    this.#left -= units;
    return true;
  }
}
