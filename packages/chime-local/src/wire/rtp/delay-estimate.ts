/**
 * Estimates the delay of a stream's packets, as far as one end can tell: the fastest packet of the last
 * seconds is the base, and the additional delay of others is the jitter. The base follows the drift between
 * the clocks of the two ends.
 */

/** The fastest packet is searched for in two windows of this length, ms. */
const BASE_WINDOW_MS = 5_000;
/** The jitter that is assumed before anything is known, ms: one frame. */
const FIRST_JITTER_MS = 20;
/** The share of a packet's excess over the estimate that is added at once: one late packet is not a trend. */
const RISE_SHARE = 0.7;
/** The estimate falls by a factor of e in this time, ms. */
const FALL_MS = 8_000;

/**
 * The estimate. A delay is the arrival time minus the media time at the packet's end; only differences
 * between delays are meaningful.
 */
export class DelayEstimate {
  #base = Number.NaN;
  #olderBase = Number.POSITIVE_INFINITY;
  #newerBase = Number.POSITIVE_INFINITY;
  #olderLongest = 0;
  #newerLongest = 0;
  #windowEnds = 0;
  #jitter = FIRST_JITTER_MS;
  #lastMs = 0;

  /** The delay of the fastest recent packet, ms. */
  get base(): number {
    return this.#base;
  }

  /**
   * The length of the longest recent packet, ms: its first sample arrives that much later than its last
   * sample would alone.
   */
  get longest(): number {
    return Math.max(this.#olderLongest, this.#newerLongest);
  }

  /** The additional delay over the base that all but a few packets stay below, ms. */
  get jitter(): number {
    return this.#jitter;
  }

  /** Media time has started anew (another source): old delays are not comparable, but the jitter is kept. */
  rebase(): void {
    this.#base = Number.NaN;
  }

  /** Forgets everything. */
  reset(): void {
    this.rebase();
    this.#jitter = FIRST_JITTER_MS;
  }

  /** Takes a packet's delay and length into account. */
  note(delayMs: number, lengthMs: number, nowMs: number): void {
    const begins = Number.isNaN(this.#base);
    if (begins || nowMs >= this.#windowEnds) {
      this.#olderBase = begins ? Number.POSITIVE_INFINITY : this.#newerBase;
      this.#olderLongest = begins ? 0 : this.#newerLongest;
      this.#newerBase = delayMs;
      this.#newerLongest = lengthMs;
      this.#windowEnds = nowMs + BASE_WINDOW_MS;
      if (begins) this.#lastMs = nowMs;
    } else {
      this.#newerBase = Math.min(this.#newerBase, delayMs);
      this.#newerLongest = Math.max(this.#newerLongest, lengthMs);
    }
    this.#base = Math.min(this.#olderBase, this.#newerBase);
    const extra = delayMs - this.#base;
    const elapsed = Math.max(0, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    this.#jitter *= Math.max(0, 1 - elapsed / FALL_MS);
    if (extra > this.#jitter) this.#jitter += (extra - this.#jitter) * RISE_SHARE;
  }
}
