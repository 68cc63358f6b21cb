/**
 * Computes the timestamps by which the jitter buffer places a voice's packets. The RTP timestamp should grow
 * by the number of samples sent (RFC 3551 section 4.1). But some senders' timestamps stand still, count
 * milliseconds or packets, run at another rate, or jump; their packets still follow each other, and the
 * number of samples tells how long each is. So an impossible step is replaced by the one that the packets'
 * lengths give, and the correction is kept from then on.
 */

/**
 * A step that deviates by less than this share of a packet is accepted: some senders are a few samples off.
 */
const TOLERANCE = 0.25;
/** Sequence numbers further apart do not tell what came in between (RFC 3550 appendix A.1: MAX_MISORDER). */
const MAX_STEP = 100;
/** After this many impossible steps in a row, pauses are not trusted either. */
const DISBELIEVED_AFTER = 3;

/** The clock of one source; `reset` prepares it for another. */
export class VoiceClock {
  readonly #unitsPerMs: number;
  #began = false;
  #sequenceNumber = 0;
  #timestamp = 0;
  /** Number of samples in the last packet. */
  #count = 0;
  #lastMs = 0;
  /** The correction that is added to the sender's timestamps. */
  #offset = 0;
  #impossible = 0;

  /** @param clockRate timestamp units (that is, samples) per second. */
  constructor(clockRate: number) {
    this.#unitsPerMs = clockRate / 1_000;
  }

  reset(): void {
    this.#began = false;
    this.#offset = 0;
    this.#impossible = 0;
  }

  /** The corrected timestamp of a packet of `count` samples that arrived at `nowMs`. */
  timestampOf(sequenceNumber: number, timestamp: number, count: number, nowMs: number): number {
    const ahead = ((sequenceNumber - this.#sequenceNumber) << 16) >> 16;
    const step = (timestamp - this.#timestamp) | 0;
    const isCopy = ahead === 0 && step === 0;
    if (this.#began && !isCopy && Math.abs(ahead) <= MAX_STEP) {
      // A sequence number that has not advanced is ignored.
      const packets = ahead === 0 ? 1 : ahead;
      if (packets < 0) return this.#overtaken(packets, step, timestamp);
      const right = this.#rightStep(packets, step, nowMs - this.#lastMs);
      this.#offset = (this.#offset + right - step) | 0;
    }
    if (!isCopy || !this.#began) {
      this.#began = true;
      this.#sequenceNumber = sequenceNumber;
      this.#timestamp = timestamp;
      this.#count = count;
      this.#lastMs = nowMs;
    }
    return (timestamp + this.#offset) >>> 0;
  }

  #rightStep(packets: number, step: number, elapsedMs: number): number {
    const least = this.#count * (1 - TOLERANCE);
    // Some of the packets in between may be lost or may not be voice: events, comfort noise.
    if (step >= least && step <= this.#count * (packets + TOLERANCE)) {
      this.#impossible = 0;
      return step;
    }
    const isPause = step > least && elapsedMs * this.#unitsPerMs >= step / 2;
    if (isPause && this.#impossible < DISBELIEVED_AFTER) {
      this.#impossible++;
      return step;
    }
    this.#impossible++;
    return this.#count * packets;
  }

  /** The timestamp of a packet that was overtaken by the last one. Such a packet changes no state. */
  #overtaken(packets: number, step: number, timestamp: number): number {
    const expected = packets * this.#count;
    const possible = step <= 0 && Math.abs(step - expected) <= MAX_STEP * this.#count;
    const trusted = possible && this.#impossible < DISBELIEVED_AFTER;
    return (trusted ? timestamp + this.#offset : this.#timestamp + this.#offset + expected) >>> 0;
  }
}
