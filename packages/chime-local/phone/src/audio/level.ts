/** RMS level that counts as nothing, and the one that counts as full, in dB below full scale. */
const FLOOR_DB = -60;
const FULL_DB = -12;

/** How loud it is, from 0 to 1, even for the ear rather than in amplitude. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / (FULL_DB - FLOOR_DB)));
}
