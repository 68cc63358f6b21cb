/**
 * Finds tones and clicks in sound, for tests. Goertzel's algorithm computes one bin of a Fourier transform.
 */

import { levelDbfs, powerToDbfs } from './level.ts';

/**
 * The level of the tone at `hz` in dBFS (a full-scale sine reads 0). A Hann window is applied: tones three or
 * more bins (`3 * sampleRate / length` Hz) away do not contribute.
 */
export function toneLevelDbfs(samples: Int16Array, hz: number, sampleRate: number): number {
  const length = samples.length;
  if (length === 0) return powerToDbfs(0);
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / sampleRate);
  let s1 = 0;
  let s2 = 0;
  for (let i = 0; i < length; i++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length);
    const s0 = samples[i]! * window + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  // The Hann window's mean is 1/2; a sine of peak A gives |X| = A * length / 4 and has the power A^2 / 2.
  const magnitudeSquared = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
  return powerToDbfs(Math.max(0, magnitudeSquared) * (8 / (length * length)));
}

/**
 * Whether the tone at `hz` is present: at least `thresholdDbfs`, and at most 20 dB below the level of the
 * whole sound.
 */
export function hasTone(samples: Int16Array, hz: number, sampleRate: number, thresholdDbfs = -40): boolean {
  const level = toneLevelDbfs(samples, hz, sampleRate);
  return level >= thresholdDbfs && level >= levelDbfs(samples) - 20;
}

/** The strongest tone of `candidates` (Hz), or undefined if none reaches the threshold. */
export function strongestTone(
  samples: Int16Array,
  candidates: readonly number[],
  sampleRate: number,
  thresholdDbfs = -40,
): number | undefined {
  let best: number | undefined;
  let bestLevel = thresholdDbfs;
  for (const hz of candidates) {
    const level = toneLevelDbfs(samples, hz, sampleRate);
    if (level < bestLevel) continue;
    best = hz;
    bestLevel = level;
  }
  return best;
}

/** A discontinuity in a sound. */
export interface Click {
  at: number;
  /** The third difference at this sample divided by the usual one around it. */
  ratio: number;
}

/** Number of samples on each side from which the usual difference is computed. */
const CLICK_SURROUNDINGS = 160;
/** Third differences smaller than this are codec noise at the level of quiet speech. */
const CLICK_FLOOR = 600;

/**
 * Finds clicks: third differences (which a tone below 1.5 kHz keeps small, and a step makes large) that stand
 * `ratio` times above the root mean square of their surroundings.
 */
export function findClicks(samples: Int16Array, ratio = 8): Click[] {
  const difference = new Int32Array(samples.length);
  for (let i = 3; i < samples.length; i++) {
    difference[i] = samples[i]! - 3 * samples[i - 1]! + 3 * samples[i - 2]! - samples[i - 3]!;
  }
  const clicks: Click[] = [];
  for (let i = 3; i < samples.length; i++) {
    const size = Math.abs(difference[i]!);
    if (size < CLICK_FLOOR) continue;
    const found = size / Math.max(usual(difference, i), CLICK_FLOOR / ratio);
    if (found >= ratio) clicks.push({ at: i, ratio: found });
  }
  return clicks;
}

/** The root mean square on the louder side of `at`, without the four samples next to it. */
function usual(difference: Int32Array, at: number): number {
  const side = (from: number, to: number): number => {
    let sum = 0;
    let count = 0;
    for (let i = Math.max(3, from); i < Math.min(difference.length, to); i++, count++) {
      sum += difference[i]! * difference[i]!;
    }
    return count === 0 ? 0 : Math.sqrt(sum / count);
  };
  return Math.max(side(at - 4 - CLICK_SURROUNDINGS, at - 4), side(at + 5, at + 5 + CLICK_SURROUNDINGS));
}
