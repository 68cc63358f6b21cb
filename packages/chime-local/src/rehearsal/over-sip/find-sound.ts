/** Samples of the part that is looked for, at 8 kHz: a quarter of a second. */
const PART = 2_000;
/** Magnitude at which a sound begins to be loud. */
const LOUD = 500;
/** Every so many samples are laid side by side. */
const STEP = 2;
/** Least likeness of the two, 1 being the same: G.711 and a lost packet are allowed. */
const ALIKE = 0.7;

/**
 * Whether the sound is in what was heard, from a sample on: its first loud quarter of a second, by normalised
 * cross-correlation. A sound with nothing loud in it is in everything.
 */
export function isIn(heard: Int16Array, sound: Int16Array, from: number): boolean {
  const loudAt = sound.findIndex((sample) => Math.abs(sample) > LOUD);
  if (loudAt < 0) return true;
  const part = thinned(sound.subarray(loudAt, loudAt + PART));
  const where = thinned(heard.subarray(Math.max(0, from)));
  const own = powerOf(part, 0, part.length);
  for (let at = 0; at + part.length <= where.length; at++) {
    let likeness = 0;
    for (let i = 0; i < part.length; i++) likeness += (part[i] ?? 0) * (where[at + i] ?? 0);
    if (likeness > 0 && likeness * likeness > ALIKE * ALIKE * own * powerOf(where, at, part.length))
      return true;
  }
  return false;
}

function powerOf(samples: Float64Array, from: number, length: number): number {
  let sum = 0;
  for (let i = from; i < from + length; i++) sum += (samples[i] ?? 0) ** 2;
  return sum;
}

/** The mean of each few samples. */
function thinned(samples: Int16Array): Float64Array {
  return Float64Array.from({ length: Math.floor(samples.length / STEP) }, (_, i) => {
    return ((samples[i * STEP] ?? 0) + (samples[i * STEP + 1] ?? 0)) / STEP;
  });
}
