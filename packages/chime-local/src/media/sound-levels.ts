import { powerToDbfs } from '#audio';
import { FRAME_MS } from '#conference';

/** Milliseconds of one pair of levels: a syllable is longer, and a wave form of ten pairs a second shows it. Ours. */
export const LEVEL_MS = 100;
/** Frames of the clock in that time. */
export const LEVEL_FRAMES = LEVEL_MS / FRAME_MS;
/**
 * Pairs that are told together, of all legs in one message: the main thread is woken for levels once in ten seconds, and once in two while
 * somebody watches them grow. Ours.
 */
export const LEVELS_TOLD = 100;
export const WATCHED_LEVELS_TOLD = 20;
/** Most bytes of each direction in what is told: a peak and a mean for each time. */
export const DIRECTION_BYTES = 2 * LEVELS_TOLD;

/** Levels are decibels below full scale, as in RFC 6464: 0 is the loudest, 127 silence. */
export const SILENT = 127;

/** The loudest sample of 16 bits. */
const FULL_SCALE = 32_767;
/** Samples that are no louder are silence: A-law has no zero, and its softest codes are these (ITU-T G.711 table 1a). */
const SOFTEST = 8;
/** Of what is measured, every so many samples one: a voice's peak and mean lie within half a decibel of the true ones. */
const STRIDE = 5;

/** How loud one direction of a leg is: the highest peak and the mean power since it was read last. */
export class SoundMeter {
  #peak = 0;
  #squares = 0;
  #count = 0;

  /** Samples that are heard or said. */
  samples(samples: Int16Array, from = 0, to = samples.length): void {
    let peak = this.#peak;
    let squares = 0;
    for (let i = from; i < to; i += STRIDE) {
      const sample = samples[i]!;
      squares += sample * sample;
      if (sample > peak) peak = sample;
      else if (-sample > peak) peak = -sample;
    }
    this.#add(peak, squares, to - from);
  }

  /** The same as codes of G.711. `toLinear`: the sample of each code. */
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

  /** Writes peak and mean to `out`, and begins anew. */
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

/** Both directions of a leg, as far as they have not been told. */
export class LegLevels {
  /** What its party hears, and what it says. */
  readonly heard = new SoundMeter();
  readonly said = new SoundMeter();
  readonly #values = new Uint8Array(2 * DIRECTION_BYTES);
  #pairs = 0;

  /** `LEVEL_MS` are over. */
  tick(): void {
    if (this.#pairs === LEVELS_TOLD) return;
    const at = 2 * this.#pairs++;
    this.heard.read(this.#values, at);
    this.said.read(this.#values, DIRECTION_BYTES + at);
  }

  /** The pairs since the last time; undefined where all of them are silent. */
  take(): Levels | undefined {
    const end = 2 * this.#pairs;
    this.#pairs = 0;
    const heard = this.#values.subarray(0, end);
    const said = this.#values.subarray(DIRECTION_BYTES, DIRECTION_BYTES + end);
    if (isSilent(heard) && isSilent(said)) return undefined;
    return { heard: heard.slice(), said: said.slice() };
  }
}

/** Peak and mean of each `LEVEL_MS`, in turn, decibels below full scale. */
export interface Levels {
  heard: Uint8Array;
  said: Uint8Array;
}

const isSilent = (values: Uint8Array): boolean => values.every((value) => value === SILENT);
