/**
 * Makes a sum of voices fit into 16 bits by lowering its gain instead of clipping its peaks: clipping
 * distorts, whereas a lower level is hardly noticed. A sum that fits is left exactly as it is.
 *
 * The gain falls within the frame in which a peak occurs, is held long enough not to follow the beat of two
 * tones, and rises again slowly. No delay is added: a peak at the very beginning of a frame may still be
 * clipped briefly.
 */

/** The largest value of a 16-bit sample. */
const MOST = 32_767;
/** Peaks are lowered to this value: mu-law reaches 32124 (ITU-T G.711). */
const CEILING = 32_000;
/** A frame is processed in parts of this length, ms. */
const PART_MS = 5;
/** A gain that is too high at the beginning of a part falls within this share of it: 1.25 ms. */
const ATTACK_SHARE = 0.25;
/** The gain is held for this long after a peak that needed it, ms. */
const HOLD_MS = 300;
/**
 * A peak whose gain would be at most 1 % above the present gain shows that the present gain is still needed.
 */
const STILL_NEEDED = 1.01;
/** The share of its distance from 1 that the gain keeps after a millisecond: a time constant of 0.5 s. */
const KEPT_IN_A_MS = 0.96 ** (1 / 20);
/** A gain closer to 1 than this counts as 1. */
const AS_GOOD_AS_ONE = 0.9995;

/** Limits one stream of sums, frame by frame. */
export class Limiter {
  readonly #parts: number;
  /** Number of frames for which the gain is held. */
  readonly #hold: number;
  /** The share of its distance from 1 that the gain keeps after a frame. */
  readonly #kept: number;
  /** The gain at the end of the last frame. */
  #gain = 1;
  #held = 0;
  #frame = -1;
  #values = new Int32Array(0);

  /** @param frameMs length of the frames. */
  constructor(frameMs = 20) {
    this.#parts = frameMs / PART_MS;
    this.#hold = HOLD_MS / frameMs;
    this.#kept = KEPT_IN_A_MS ** frameMs;
  }

  /** The gain at the beginning of this frame. With a gain of 1, a frame that fits is left as it is. */
  gainBefore(frame: number): number {
    let gain = this.#gain;
    if (gain === 1) return 1;
    for (let missed = frame - this.#frame - 1 - this.#held; missed > 0 && gain < 1; missed--)
      gain = this.#released(gain);
    return gain;
  }

  /** Continues from the state of another limiter, whose listeners hear this one from now on. */
  follow(other: Limiter, frame: number): void {
    this.#gain = other.gainBefore(frame);
    this.#held = other.#held;
    this.#frame = frame - 1;
  }

  /**
   * Computes `out = limited(sum - own)`.
   * @param own the voice to leave out; if absent, nothing is left out.
   * @param frame the number of the frame; numbers that were skipped count as time that has passed.
   */
  limit(out: Int16Array, sum: Int32Array, own: Int16Array | undefined, frame: number): void {
    const length = out.length;
    if (this.#values.length !== length) this.#values = new Int32Array(length);
    const values = this.#values;
    let most = 0;
    for (let i = 0; i < length; i++) {
      const value = own ? sum[i]! - own[i]! : sum[i]!;
      values[i] = value;
      const size = value < 0 ? -value : value;
      if (size > most) most = size;
    }
    const before = this.gainBefore(frame);
    this.#frame = frame;
    this.#gain = before;
    if (before === 1 && most <= MOST) {
      out.set(values);
      return;
    }
    this.#turnDown(out, before, most);
  }

  #turnDown(out: Int16Array, before: number, most: number): void {
    const needed = neededGain(most);
    if (needed < before) {
      this.#held = this.#hold;
      this.#gain = this.#fall(out, before);
      return;
    }
    if (needed < 1 && needed <= before * STILL_NEEDED) this.#held = this.#hold;
    else if (this.#held > 0) this.#held--;
    this.#gain = this.#held > 0 ? before : Math.min(this.#released(before), needed);
    this.#apply(out, 0, out.length, before, this.#gain);
  }

  /** Lowers the gain to what the peaks need, part by part. Returns the gain at the end. */
  #fall(out: Int16Array, before: number): number {
    const part = Math.ceil(out.length / this.#parts);
    let gain = before;
    let here = this.#neededIn(0, part);
    for (let at = 0; at < out.length; at += part) {
      const end = Math.min(out.length, at + part);
      const next = end < out.length ? this.#neededIn(end, Math.min(out.length, end + part)) : 1;
      let from = at;
      if (gain > here) {
        from += Math.ceil((end - at) * ATTACK_SHARE);
        this.#apply(out, at, from, gain, here);
        gain = here;
      }
      const aim = Math.min(gain, next);
      this.#apply(out, from, end, gain, aim);
      gain = aim;
      here = next;
    }
    return gain;
  }

  /** Writes the samples of a stretch over which the gain changes linearly from `gain` to `aim`. */
  #apply(out: Int16Array, from: number, to: number, gain: number, aim: number): void {
    const values = this.#values;
    const step = (aim - gain) / (to - from);
    for (let i = from; i < to; i++) {
      const value = Math.round(values[i]! * (gain + step * (i - from + 1)));
      out[i] = value > MOST ? MOST : value < -MOST ? -MOST : value;
    }
  }

  #neededIn(from: number, to: number): number {
    let most = 0;
    for (let i = from; i < to; i++) {
      const size = Math.abs(this.#values[i]!);
      if (size > most) most = size;
    }
    return neededGain(most);
  }

  #released(gain: number): number {
    const next = 1 - (1 - gain) * this.#kept;
    return next > AS_GOOD_AS_ONE ? 1 : next;
  }
}

function neededGain(most: number): number {
  return most > CEILING ? CEILING / most : 1;
}
