/** Samples of a part that is searched for, at 8 kHz: a quarter of a second. */
const PART = 2_000;
/** Parts of a sound that are searched for: its first second. Any one suffices, as a late packet may tear one apart. */
const PARTS = 4;
/** Magnitude at which a sound begins to be loud. */
const LOUD = 500;
/** Number of samples that are averaged into one for the comparison. */
const STEP = 2;
/** Minimum similarity, where 1 means equal: allows for G.711 and a lost packet. */
const ALIKE = 0.7;

interface Part {
  /** Steps from the beginning of the loud sound to this part. */
  after: number;
  samples: Float64Array;
  power: number;
}

/**
 * Searches for a sound in what is heard from a given sample on, while more is heard. Any quarter of a second
 * of its first loud second is enough, compared by normalised cross-correlation. A sound with nothing loud in
 * it is always found.
 */
export class SoundSearch {
  readonly #parts: readonly Part[];
  /** Position up to which the search is complete, in steps. */
  #searched: number;
  #found: boolean;
  readonly #from: number;

  constructor(sound: Int16Array, from: number) {
    this.#parts = loudParts(sound);
    this.#found = this.#parts.length === 0;
    this.#from = Math.ceil(Math.max(0, from) / STEP);
    this.#searched = this.#from;
  }

  /** Whether the sound has been heard. `heard`: everything heard so far. */
  isIn(heard: Int16Array): boolean {
    const from = this.#searched;
    if (this.#found) return true;
    const where = thinned(heard.subarray(from * STEP));
    const longest = Math.max(...this.#parts.map(({ samples }) => samples.length));
    // Positions too near the end for one of the parts are searched again when more has been heard.
    const last = where.length - longest;
    for (let at = 0; at <= last; at++) {
      // The sound itself cannot have begun before `from`.
      const since = from + at - this.#from;
      if (!this.#parts.some((part) => part.after <= since && isAlike(part, where, at))) continue;
      this.#found = true;
      return true;
    }
    if (last >= 0) this.#searched = from + last + 1;
    return false;
  }
}

/** The first quarters of a second from where the sound becomes loud, as long as they contain something loud. */
function loudParts(sound: Int16Array): Part[] {
  const parts: Part[] = [];
  const isLoud = (sample: number): boolean => Math.abs(sample) > LOUD;
  const begin = sound.findIndex(isLoud);
  for (let at = begin; at >= 0 && at < sound.length && parts.length < PARTS; at += PART) {
    const piece = sound.subarray(at, at + PART);
    // The end of a sound is too short to be distinguished from another.
    if (parts.length > 0 && (piece.length < PART || !piece.some(isLoud))) break;
    const samples = thinned(piece);
    parts.push({ after: (at - begin) / STEP, samples, power: powerOf(samples, 0, samples.length) });
  }
  return parts;
}

function isAlike({ samples, power }: Part, where: Float64Array, at: number): boolean {
  let likeness = 0;
  for (let i = 0; i < samples.length; i++) likeness += (samples[i] ?? 0) * (where[at + i] ?? 0);
  return likeness > 0 && likeness * likeness > ALIKE * ALIKE * power * powerOf(where, at, samples.length);
}

function powerOf(samples: Float64Array, from: number, length: number): number {
  let sum = 0;
  for (let i = from; i < from + length; i++) sum += (samples[i] ?? 0) ** 2;
  return sum;
}

/** The means of each `STEP` samples. */
function thinned(samples: Int16Array): Float64Array {
  return Float64Array.from({ length: Math.floor(samples.length / STEP) }, (_, i) => {
    return ((samples[i * STEP] ?? 0) + (samples[i * STEP + 1] ?? 0)) / STEP;
  });
}
