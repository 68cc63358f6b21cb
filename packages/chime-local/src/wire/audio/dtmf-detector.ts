/**
 * Detects DTMF keys in the sound itself, for telephones that cannot send them any other way. The detector
 * accepts what ITU-T Q.24 (table A-1) asks of a receiver: tones of 40 ms with pauses of 40 ms, each tone off
 * by up to 1.5 %, the two tones at different levels. It also guards against talk-off (speech taken for a
 * key): a block counts only when the two tones carry nearly all of its power.
 *
 * The sound is cut into short blocks that are judged separately; two consecutive blocks must agree on a key,
 * or on its end.
 */

import { TELEPHONE_RATE } from './telephone-rate.ts';
import { DTMF_HZ } from './tone.ts';

/** 12.75 ms: every tone of 40 ms contains two whole blocks, and the bins are as far apart as the tones. */
const BLOCK = 102;
/**
 * The quietest tone accepted, as mean power: -38 dBFS. Q.24: at least -25 dBm each in most networks, -27 in
 * Australia.
 */
const LEAST_POWER = 85_000;
/**
 * Largest ratio between the powers of the two tones: 10 dB (Q.24: 4 to 8 dB; the edge of a block adds to it).
 */
const MOST_TWIST = 10;
/** Least ratio between the power of a tone and that of every other tone in its group: 8 dB. */
const LEAST_LEAD = 6.31;
/**
 * Least share of the total power that the two tones have together: -1.2 dB. Speech spreads over more than two
 * tones.
 */
const LEAST_SHARE = 0.758;

const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477, 1633];
const COEFFICIENTS = [...LOW, ...HIGH].map((hz) => 2 * Math.cos((2 * Math.PI * hz) / TELEPHONE_RATE));
/** The keys by row (low tone) and column (high tone). */
const KEYS = LOW.map((low) => HIGH.map((high) => keyOf(low, high)));

function keyOf(low: number, high: number): string {
  const found = Object.entries(DTMF_HZ).find(([, pair]) => pair[0] === low && pair[1] === high);
  return found ? found[0] : '';
}

/** Listens to one voice sampled at 8 kHz. */
export class DtmfDetector {
  readonly #block = new Int16Array(BLOCK);
  readonly #powers = new Float64Array(COEFFICIENTS.length);
  #filled = 0;
  #lastHit = '';
  #key = '';

  /** The key that is being heard, or ''. */
  get key(): string {
    return this.#key;
  }

  /** Takes the next samples. @returns the keys that begin in them, usually none. */
  hear(samples: Int16Array): string {
    let keys = '';
    for (let at = 0; at < samples.length; ) {
      const count = Math.min(BLOCK - this.#filled, samples.length - at);
      this.#block.set(samples.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled < BLOCK) break;
      this.#filled = 0;
      keys += this.#judge();
    }
    return keys;
  }

  #judge(): string {
    const hit = this.#hit();
    const confirmed = hit === this.#lastHit && hit !== this.#key;
    // Two consecutive blocks without the key end it, even if they differ from each other.
    const over = this.#key !== '' && hit !== this.#key && this.#lastHit !== this.#key;
    this.#lastHit = hit;
    if (!confirmed && !over) return '';
    this.#key = confirmed ? hit : '';
    return this.#key;
  }

  /** The key that this block alone contains, or ''. */
  #hit(): string {
    const block = this.#block;
    let all = 0;
    for (let i = 0; i < BLOCK; i++) all += block[i]! * block[i]!;
    all /= BLOCK;
    if (all < 2 * LEAST_POWER) return '';
    const powers = this.#powers;
    measure(block, powers, 0, LOW.length);
    const row = strongest(powers, 0, LOW.length);
    const low = powers[row]!;
    // Most speech is rejected here: even with the loudest high tone allowed beside it, the low tone carries
    // too little of the power.
    if (low < LEAST_POWER || low * (1 + MOST_TWIST) < all * LEAST_SHARE) return '';
    if (!leads(powers, row, 0, LOW.length)) return '';
    measure(block, powers, LOW.length, powers.length);
    const column = strongest(powers, LOW.length, powers.length);
    const high = powers[column]!;
    if (high < LEAST_POWER) return '';
    if (low > high * MOST_TWIST || high > low * MOST_TWIST) return '';
    if (low + high < all * LEAST_SHARE) return '';
    if (!leads(powers, column, LOW.length, powers.length)) return '';
    return KEYS[row]![column - LOW.length]!;
  }
}

function measure(block: Int16Array, powers: Float64Array, from: number, to: number): void {
  for (let tone = from; tone < to; tone++) powers[tone] = power(block, COEFFICIENTS[tone]!);
}

/** The mean power of a tone in the block, by Goertzel's algorithm. */
function power(block: Int16Array, coefficient: number): number {
  let s1 = 0;
  let s2 = 0;
  for (let i = 0; i < BLOCK; i++) {
    const s0 = block[i]! + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  return (2 * (s1 * s1 + s2 * s2 - coefficient * s1 * s2)) / (BLOCK * BLOCK);
}

function strongest(powers: Float64Array, from: number, to: number): number {
  let best = from;
  for (let i = from + 1; i < to; i++) if (powers[i]! > powers[best]!) best = i;
  return best;
}

function leads(powers: Float64Array, best: number, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (i !== best && powers[i]! * LEAST_LEAD > powers[best]!) return false;
  return true;
}
