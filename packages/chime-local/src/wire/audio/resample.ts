/**
 * Changes the sample rate of whole sounds (prompts, synthesised speech), not of live frames. Uses a
 * windowed-sinc polyphase filter: the ratio of the rates is reduced to `up / down`, one set of taps is
 * computed for each of the `up` phases, and the low-pass lies below half of the lower rate, so that nothing
 * aliases.
 *
 * Source: J. O. Smith, "Digital Audio Resampling" (the method); J. F. Kaiser's window and its design formulas.
 */

/** Zero crossings of the sinc on each side: the transition band is about 1/32 of the lower rate. */
const ZERO_CROSSINGS = 32;
/** Where the low-pass begins to fall, as a share of half the lower rate: 3.7 kHz for telephone sound. */
const CUTOFF_SHARE = 0.925;
/** Kaiser's beta for about 80 dB of stop-band attenuation. */
const KAISER_BETA = 7.857;
/**
 * Larger numbers of phases are rounded to the nearest (an odd ratio such as 44101:8000): error below -70 dB.
 */
const MAX_PHASES = 2_048;
/**
 * Multiplications in one step of `resampleInSteps`, and coefficients computed in one step: about 5 ms each.
 */
const TAPS_IN_ONE_STEP = 3_000_000;
const TAPS_DESIGNED_IN_ONE_STEP = 10_000;
/** The lowest and highest rates that are converted, Hz. */
export const MIN_RESAMPLE_RATE = 1_000;
export const MAX_RESAMPLE_RATE = 384_000;

/**
 * Converts mono samples from one rate to another. The result has `ceil(length * to / from)` samples and no
 * delay. Equal rates give a copy.
 * @throws {RangeError} if a rate is not a whole number of Hz between the limits above (an error of the
 * caller).
 */
export function resample(samples: Int16Array, fromRate: number, toRate: number): Int16Array {
  const steps = resampleInSteps(samples, fromRate, toRate);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * Does the same as `resample` in steps of a few milliseconds: resampling five minutes of studio sound takes
 * seconds.
 * @throws {RangeError} as `resample` does.
 */
export function* resampleInSteps(
  samples: Int16Array,
  fromRate: number,
  toRate: number,
): Generator<undefined, Int16Array> {
  checkRate('fromRate', fromRate);
  checkRate('toRate', toRate);
  if (fromRate === toRate) return samples.slice();
  const divisor = greatestCommonDivisor(fromRate, toRate);
  const up = toRate / divisor;
  const down = fromRate / divisor;
  const bank = yield* filterBank(up, down);
  const result = new Int16Array(Math.ceil((samples.length * up) / down));
  const step = Math.ceil(TAPS_IN_ONE_STEP / (2 * bank.half));
  for (let at = 0; at < result.length; at += step) {
    if (at > 0) yield;
    filter(result, { at, to: Math.min(at + step, result.length) }, samples, { up, down, bank });
  }
  return result;
}

/** Computes one part of the result. */
function filter(
  result: Int16Array,
  part: { at: number; to: number },
  samples: Int16Array,
  { up, down, bank }: { up: number; down: number; bank: FilterBank },
): void {
  const half = bank.half;
  const width = 2 * half;
  for (let out = part.at; out < part.to; out++) {
    const position = out * down;
    const centre = Math.floor(position / up);
    const tapsAt = Math.round(((position % up) * bank.phases) / up) * width;
    const first = centre - half + 1;
    const from = Math.max(0, -first);
    const to = Math.min(width, samples.length - first);
    let sum = 0;
    for (let k = from; k < to; k++) sum += bank.taps[tapsAt + k]! * samples[first + k]!;
    result[out] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
}

interface FilterBank {
  /** Input samples used on each side of an output sample. */
  half: number;
  /** Number of positions between two input samples. */
  phases: number;
  /** `phases + 1` rows of `2 * half` coefficients; each row sums to 1. */
  taps: Float64Array;
}

/** The filter bank used last: prompts usually come in runs of the same rate. */
let kept: { up: number; down: number; bank: FilterBank } | undefined;

function* filterBank(up: number, down: number): Generator<undefined, FilterBank> {
  if (kept && kept.up === up && kept.down === down) return kept.bank;
  const bank = yield* designFilterBank(up, down);
  kept = { up, down, bank };
  return bank;
}

function* designFilterBank(up: number, down: number): Generator<undefined, FilterBank> {
  // In cycles per input sample, times two: 1 is half of the input rate.
  const cutoff = CUTOFF_SHARE * Math.min(1, up / down);
  const half = Math.ceil(ZERO_CROSSINGS / cutoff);
  const phases = Math.min(up, MAX_PHASES);
  const taps = new Float64Array((phases + 1) * 2 * half);
  for (let phase = 0; phase <= phases; phase++) {
    const row = phase * 2 * half;
    if (phase % Math.ceil(TAPS_DESIGNED_IN_ONE_STEP / (2 * half)) === 0 && phase > 0) yield;
    let sum = 0;
    for (let k = 0; k < 2 * half; k++) {
      const distance = k - (half - 1) - phase / phases;
      const value = cutoff * sinc(cutoff * distance) * kaiser(distance / half);
      taps[row + k] = value;
      sum += value;
    }
    // Unit gain at 0 Hz in every phase; otherwise a constant input would hum at the phase rate.
    for (let k = 0; k < 2 * half; k++) taps[row + k]! /= sum;
  }
  return { half, phases, taps };
}

function sinc(x: number): number {
  if (x === 0) return 1;
  return Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The Kaiser window at `x`, -1 <= x <= 1. */
function kaiser(x: number): number {
  if (Math.abs(x) >= 1) return 0;
  return besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) / besselI0(KAISER_BETA);
}

/** The modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let n = 1; term > sum * 1e-12; n++) {
    term *= (x / (2 * n)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function checkRate(name: string, rate: number): void {
  if (Number.isInteger(rate) && rate >= MIN_RESAMPLE_RATE && rate <= MAX_RESAMPLE_RATE) return;
  throw new RangeError(
    `${name} is ${rate}; expected a whole number of Hz from ${MIN_RESAMPLE_RATE} to ${MAX_RESAMPLE_RATE}`,
  );
}
