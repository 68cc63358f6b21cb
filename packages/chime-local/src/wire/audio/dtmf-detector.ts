/**
 * Keys heard in the sound itself, for telephones that can send them no other way. Accepts what ITU-T Q.24 (table A-1)
 * asks a receiver to accept: tones of 40 ms with pauses of 40 ms, each tone off by 1.5 %, the two apart in level; and
 * takes care not to be talked off: a block counts only when the two tones are nearly all that is in it.
 *
 * The sound is cut into short blocks, each judged alone; two blocks in a row must agree on a key, or on its end.
 */

import { TELEPHONE_RATE } from './telephone-rate.ts';
import { DTMF_HZ } from './tone.ts';

/** 12.75 ms: two whole blocks lie in every tone of 40 ms, and the bins are as far apart as the tones. */
const BLOCK = 102;
/** The quietest tone, as mean power: -38 dBFS. Q.24: at least -25 dBm each in most networks, -27 in Australia. */
const LEAST_POWER = 85_000;
/** The two tones differ by at most this, as a ratio of powers: 10 dB (Q.24: 4 to 8 dB; a block's edge adds to it). */
const MOST_TWIST = 10;
/** Each stands so far above the others of its group: 8 dB. */
const LEAST_LEAD = 6.31;
/** Both together are at least this share of all power: -1.2 dB. Speech spreads over more than two tones. */
const LEAST_SHARE = 0.758;

const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477, 1633];
const COEFFICIENTS = [...LOW, ...HIGH].map((hz) => 2 * Math.cos((2 * Math.PI * hz) / TELEPHONE_RATE));
/** By row and column. */
const KEYS = LOW.map((low) => HIGH.map((high) => keyOf(low, high)));

function keyOf(low: number, high: number): string {
  const found = Object.entries(DTMF_HZ).find(([, pair]) => pair[0] === low && pair[1] === high);
  return found ? found[0] : '';
}

/** Listens to one voice of 8 kHz. */
export class DtmfDetector {
  readonly #block = new Int16Array(BLOCK);
  readonly #powers = new Float64Array(COEFFICIENTS.length);
  #filled = 0;
  #lastHit = '';
  #key = '';

  /** The key that is heard now, or ''. */
  get key(): string {
    return this.#key;
  }

  /** Hears the next samples. @returns the keys that begin in them, mostly none. */
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
    // Another sound than the key's, twice: it has ended, whatever the two were.
    const over = this.#key !== '' && hit !== this.#key && this.#lastHit !== this.#key;
    this.#lastHit = hit;
    if (!confirmed && !over) return '';
    this.#key = confirmed ? hit : '';
    return this.#key;
  }

  /** The key of the block alone, or ''. */
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
    // A voice ends here mostly: with the loudest high tone that may stand beside it, it is too little of the sound.
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

/** Goertzel's algorithm: the mean power of the tone in the block. */
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
