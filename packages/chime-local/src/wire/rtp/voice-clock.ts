/**
 * The time of a voice's packets, by which the jitter buffer places them. The RTP timestamp should grow by the samples that
 * were sent (RFC 3551 section 4.1). There are senders whose timestamps stand still, count milliseconds or packets, run at
 * another rate, or jump; their packets still follow each other, and the samples in them say how long each is. So a step
 * that cannot be is replaced by the one that the packets' lengths give, and what was added is kept from then on.
 */

/** A step that is off by less than this share of a packet is one: senders count some samples off. */
const TOLERANCE = 0.25;
/** Numbers that are further away say nothing about what came between (RFC 3550 appendix A.1: MAX_MISORDER). */
const MAX_STEP = 100;
/** After so many steps in a row that cannot be, pauses are not believed either. */
const DISBELIEVED_AFTER = 3;

/** Of one source. `reset` begins another. */
export class VoiceClock {
  readonly #unitsPerMs: number;
  #began = false;
  #sequenceNumber = 0;
  #timestamp = 0;
  /** Samples in the last packet. */
  #count = 0;
  #lastMs = 0;
  /** What is added to the sender's timestamps. */
  #offset = 0;
  #impossible = 0;

  /** @param clockRate timestamp units, which are samples, a second. */
  constructor(clockRate: number) {
    this.#unitsPerMs = clockRate / 1_000;
  }

  reset(): void {
    this.#began = false;
    this.#offset = 0;
    this.#impossible = 0;
  }

  /** The timestamp that the packet should have, of `count` samples, which arrived at `nowMs`. */
  timestampOf(sequenceNumber: number, timestamp: number, count: number, nowMs: number): number {
    const ahead = ((sequenceNumber - this.#sequenceNumber) << 16) >> 16;
    const step = (timestamp - this.#timestamp) | 0;
    const isCopy = ahead === 0 && step === 0;
    if (this.#began && !isCopy && Math.abs(ahead) <= MAX_STEP) {
      // A number that stands still says nothing.
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
    // Of the packets between some were lost, and some were no voice: events, comfort noise.
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

  /** The last packet overtook it: nothing is learnt from it. */
  #overtaken(packets: number, step: number, timestamp: number): number {
    const expected = packets * this.#count;
    const possible = step <= 0 && Math.abs(step - expected) <= MAX_STEP * this.#count;
    const trusted = possible && this.#impossible < DISBELIEVED_AFTER;
    return (trusted ? timestamp + this.#offset : this.#timestamp + this.#offset + expected) >>> 0;
  }
}
