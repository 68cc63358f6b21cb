import { powerToDbfs } from '#audio';
import { FRAME_MS } from '#conference';

/** The level interval, ms, for which a peak and a mean are kept. A syllable is longer, so that a wave form shows it. Our choice. */
export const LEVEL_MS = 100;
/** Frames of the clock in a level interval. */
export const LEVEL_FRAMES = LEVEL_MS / FRAME_MS;
/**
 * How much of each level interval is measured of a voice that is listened to, ms. A leg's history of what it has heard is as long. In a
 * server with few calls a look at each frame would cost more than its arithmetic, for caches no longer hold its code and data. Our choice.
 */
export const MEASURED_MS = 40;
/**
 * Level intervals in a report, which is one message for all legs: it wakes the main thread every ten seconds, or every two while somebody
 * watches. Our choice.
 */
export const LEVELS_TOLD = 100;
export const WATCHED_LEVELS_TOLD = 20;
/** Most bytes of a direction in a report: a peak and a mean for each interval. */
export const DIRECTION_BYTES = 2 * LEVELS_TOLD;

/** The level of silence. Levels are in decibels below full scale, as in RFC 6464: 0 is the loudest, 127 silence. */
export const SILENT = 127;

/** The largest sample of 16 bits. */
const FULL_SCALE = 32_767;
/** Samples up to this are silence: A-law has no zero, and these are its softest codes (ITU-T G.711 table 1a). */
const SOFTEST = 8;
/** One sample in so many is measured: a voice's peak and mean stay within half a decibel of the true ones. */
const STRIDE = 5;

/** Measures one direction of a leg: the highest peak and the mean power since the last reading. */
export class SoundMeter {
  #peak = 0;
  #squares = 0;
  #count = 0;

  /** Measures samples. */
  samples(samples: Int16Array): void {
    let peak = this.#peak;
    let squares = 0;
    for (let i = 0; i < samples.length; i += STRIDE) {
      const sample = samples[i]!;
      squares += sample * sample;
      if (sample > peak) peak = sample;
      else if (-sample > peak) peak = -sample;
    }
    this.#add(peak, squares, samples.length);
  }

  /** Measures codes of G.711. `toLinear` holds the sample of each code. */
  codes(bytes: Uint8Array, from: number, to: number, toLinear: Int16Array): void {
    let peak = this.#peak;
    let squares = 0;
    for (let i = from; i < to; i += STRIDE) {
      const sample = toLinear[bytes[i]!]!;
      squares += sample * sample;
      if (sample > peak) peak = sample;
      else if (-sample > peak) peak = -sample;
    }
    this.#add(peak, squares, to - from);
  }

  /** Writes peak and mean to `out` and resets the meter. */
  read(out: Uint8Array, at: number): void {
    if (this.#peak <= SOFTEST) {
      out[at] = SILENT;
      out[at + 1] = SILENT;
    } else {
      out[at] = below(20 * Math.log10(this.#peak / FULL_SCALE));
      out[at + 1] = below(powerToDbfs(this.#squares / this.#count));
    }
    this.#peak = 0;
    this.#squares = 0;
    this.#count = 0;
  }

  #add(peak: number, squares: number, samples: number): void {
    this.#peak = peak;
    this.#squares += squares;
    this.#count += Math.ceil(samples / STRIDE);
  }
}

const below = (dbfs: number): number => Math.min(SILENT, Math.max(0, Math.round(-dbfs)));

/** The levels of a leg, in both directions, that have not been reported. */
export class LegLevels {
  /** The direction to its party. */
  readonly heard = new SoundMeter();
  /** The direction from its party. */
  readonly said = new SoundMeter();
  readonly #values = new Uint8Array(2 * DIRECTION_BYTES);
  #pairs = 0;

  /** Ends a level interval. */
  tick(): void {
    if (this.#pairs === LEVELS_TOLD) return;
    const at = 2 * this.#pairs++;
    this.heard.read(this.#values, at);
    this.said.read(this.#values, DIRECTION_BYTES + at);
  }

  /** Takes the intervals since the last call; undefined if all of them are silent. */
  take(): Levels | undefined {
    const end = 2 * this.#pairs;
    this.#pairs = 0;
    const heard = this.#values.subarray(0, end);
    const said = this.#values.subarray(DIRECTION_BYTES, DIRECTION_BYTES + end);
    if (isSilent(heard) && isSilent(said)) return undefined;
    return { heard: heard.slice(), said: said.slice() };
  }
}

/** Peak and mean of each level interval in turn, decibels below full scale. */
export interface Levels {
  heard: Uint8Array;
  said: Uint8Array;
}

const isSilent = (values: Uint8Array): boolean => values.every((value) => value === SILENT);
