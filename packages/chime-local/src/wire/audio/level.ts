/** Sound levels. 0 dBFS is the level of a sine that just reaches full scale (AES17). */

/** Square of the root mean square of a full-scale 16-bit sine. */
const FULL_SCALE_POWER = 32_767 ** 2 / 2;
/** The level reported for digital silence, in dBFS; no 16-bit sound is quieter. */
export const SILENCE_DBFS = -120;

/** Mean of the squared samples from `from` up to, but not including, `to`; 0 if there are none. */
export function meanPower(samples: Int16Array, from = 0, to = samples.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += samples[i]! * samples[i]!;
  return to > from ? sum / (to - from) : 0;
}

/** Converts a mean power to a level in dBFS, at least `SILENCE_DBFS`. */
export function powerToDbfs(power: number): number {
  return power <= 0 ? SILENCE_DBFS : Math.max(SILENCE_DBFS, 10 * Math.log10(power / FULL_SCALE_POWER));
}

/** Converts a level in dBFS to a mean power. */
export function dbfsToPower(dbfs: number): number {
  return FULL_SCALE_POWER * 10 ** (dbfs / 10);
}

/** The level of samples in dBFS. */
export function levelDbfs(samples: Int16Array, from = 0, to = samples.length): number {
  return powerToDbfs(meanPower(samples, from, to));
}
