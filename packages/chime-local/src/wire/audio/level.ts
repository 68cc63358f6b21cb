/** How loud samples are. 0 dBFS is the level of a sine that just reaches full scale (AES17). */

/** Square of the root mean square of a full-scale 16-bit sine. */
const FULL_SCALE_POWER = 32_767 ** 2 / 2;
/** What is said of digital silence, dBFS; no 16-bit sound lies below. */
export const SILENCE_DBFS = -120;

/** Mean of the squared samples from `from` to before `to`; 0 for none. */
export function meanPower(samples: Int16Array, from = 0, to = samples.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += samples[i]! * samples[i]!;
  return to > from ? sum / (to - from) : 0;
}

/** A mean power as a level in dBFS, `SILENCE_DBFS` at least. */
export function powerToDbfs(power: number): number {
  return power <= 0 ? SILENCE_DBFS : Math.max(SILENCE_DBFS, 10 * Math.log10(power / FULL_SCALE_POWER));
}

/** The mean power of a level in dBFS. */
export function dbfsToPower(dbfs: number): number {
  return FULL_SCALE_POWER * 10 ** (dbfs / 10);
}

/** The level of samples in dBFS. */
export function levelDbfs(samples: Int16Array, from = 0, to = samples.length): number {
  return powerToDbfs(meanPower(samples, from, to));
}
