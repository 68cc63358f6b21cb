/** RMS levels that count as silence and as full loudness, in dB relative to full scale. */
const FLOOR_DB = -60;
const FULL_DB = -12;

/** The loudness from 0 to 1, linear in decibels rather than in amplitude, as the ear perceives it. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / (FULL_DB - FLOOR_DB)));
}
