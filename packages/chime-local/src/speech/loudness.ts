/** Makes synthesised words sound alike: no silence around them, equal loudness, no clipping. */

/** Target root mean square of the sounding parts, as a share of full scale: -18 dBFS. */
const TARGET_RMS = 10 ** (-18 / 20);
/** Maximum of a sample: -3 dBFS. */
const PEAK_LIMIT = 10 ** (-3 / 20);
/** Level above which peaks are compressed rather than clipped: -7 dBFS. */
const KNEE = 10 ** (-7 / 20);
/** A frame below this level counts as silence: -46 dBFS. */
const SILENCE_RMS = 10 ** (-46 / 20);
/** Length of the frames whose level is measured, seconds. */
const FRAME_SECONDS = 0.01;
const FULL_SCALE = 32_768;

/** The samples from `marginMs` before the first sound to `marginMs` after the last; empty if all is silence. */
export function trimSilence(samples: Int16Array, rate: number, marginMs: number): Int16Array {
  const frame = Math.round(rate * FRAME_SECONDS);
  let first = -1;
  let last = -1;
  for (let at = 0; at < samples.length; at += frame) {
    const end = Math.min(at + frame, samples.length);
    if (rms(samples, at, end) < SILENCE_RMS) continue;
    if (first < 0) first = at;
    last = end;
  }
  if (first < 0) return new Int16Array(0);
  const margin = Math.round((rate * marginMs) / 1000);
  return samples.slice(Math.max(0, first - margin), Math.min(samples.length, last + margin));
}

/**
 * The samples from `leadMs` before the first audible one, with a fade-in over that time; unchanged if none is
 * audible.
 */
export function beginAtOnce(samples: Int16Array, rate: number, leadMs: number): Int16Array {
  const first = samples.findIndex((sample) => Math.abs(sample) >= SILENCE_RMS * FULL_SCALE);
  if (first < 0) return samples;
  const lead = Math.min(first, Math.round((rate * leadMs) / 1000));
  const begun = samples.slice(first - lead);
  for (let n = 0; n < lead; n++) begun[n] = Math.round((begun[n]! * n) / lead);
  return begun;
}

/** Brings the sounding parts to -18 dBFS and compresses peaks to at most -3 dBFS. Changes the samples in place. */
export function normaliseLoudness(samples: Int16Array, rate: number): void {
  const frame = Math.round(rate * FRAME_SECONDS);
  let energy = 0;
  let count = 0;
  for (let at = 0; at < samples.length; at += frame) {
    const end = Math.min(at + frame, samples.length);
    const level = rms(samples, at, end);
    if (level < SILENCE_RMS) continue;
    energy += level * level * (end - at);
    count += end - at;
  }
  if (count === 0) return;
  const gain = TARGET_RMS / Math.sqrt(energy / count);
  for (let n = 0; n < samples.length; n++) {
    samples[n] = Math.round(bend((samples[n]! / FULL_SCALE) * gain) * FULL_SCALE);
  }
}

/** Linear up to the knee, then flattening towards the limit. */
function bend(value: number): number {
  const size = Math.abs(value);
  if (size <= KNEE) return value;
  const room = PEAK_LIMIT - KNEE;
  return Math.sign(value) * (KNEE + room * Math.tanh((size - KNEE) / room));
}

function rms(samples: Int16Array, from: number, to: number): number {
  let energy = 0;
  for (let n = from; n < to; n++) energy += (samples[n]! / FULL_SCALE) ** 2;
  return Math.sqrt(energy / (to - from));
}
