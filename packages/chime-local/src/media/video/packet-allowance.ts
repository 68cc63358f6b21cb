/** Lets `perSecond` units through in the long run and `burst` at once. Time is an argument, ms. */
export class PacketAllowance {
  readonly #perMs: number;
  readonly #burst: number;
  #left: number;
  #atMs = 0;

  constructor(perSecond: number, burst: number) {
    this.#perMs = perSecond / 1_000;
    this.#burst = burst;
    this.#left = burst;
  }

  /** Whether `units` more are allowed; if not, none of them counts. */
  take(units: number, nowMs: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + Math.max(0, nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    if (this.#left < units) return false;
    this.#left -= units;
    return true;
  }
}
