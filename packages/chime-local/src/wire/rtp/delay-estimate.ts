/**
 * How long a stream's packets are under way, as far as one end can tell: the quickest of the last seconds is the
 * base, what others take longer is the jitter. The base follows the drift between the two ends' clocks.
 */

/** The quickest packet is looked for in two windows of this length, ms. */
const BASE_WINDOW_MS = 5_000;
/** Before anything is known, jitter is taken to be this, ms: one frame. */
const FIRST_JITTER_MS = 20;
/** How much of a packet's excess over the estimate is believed at once: one straggler is not a trend. */
const RISE_SHARE = 0.7;
/** The estimate falls by a factor of e in this time, ms. */
const FALL_MS = 8_000;

/** The estimate. Delays are arrival time minus the media time at a packet's end; only differences between them mean something. */
export class DelayEstimate {
  #base = Number.NaN;
  #olderBase = Number.POSITIVE_INFINITY;
  #newerBase = Number.POSITIVE_INFINITY;
  #olderLongest = 0;
  #newerLongest = 0;
  #windowEnds = 0;
  #jitter = FIRST_JITTER_MS;
  #lastMs = 0;

  /** The delay of the quickest packet lately, ms. */
  get base(): number {
    return this.#base;
  }

  /** The longest packet lately, ms: its first sample comes so much later than its last one would by itself. */
  get longest(): number {
    return Math.max(this.#olderLongest, this.#newerLongest);
  }

  /** How much longer than the base all but a few packets take, ms. */
  get jitter(): number {
    return this.#jitter;
  }

  /** Media time began anew (another source): delays cannot be compared; what is known of jitter stays. */
  rebase(): void {
    this.#base = Number.NaN;
  }

  /** Forgets everything. */
  reset(): void {
    this.rebase();
    this.#jitter = FIRST_JITTER_MS;
  }

  /** Takes note of a packet's delay and length. */
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
