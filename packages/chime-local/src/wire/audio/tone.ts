/** Generates tones, and lists the pairs of tones of the DTMF keys. */

/**
 * A sine. `amplitude` is the peak, 0 to 32767; `startAt` is the index of the first sample, so that pieces
 * join without a step.
 */
export function tone(
  hz: number,
  count: number,
  sampleRate: number,
  amplitude = 8_000,
  startAt = 0,
): Int16Array {
  const step = (2 * Math.PI * hz) / sampleRate;
  return Int16Array.from({ length: count }, (_, i) => Math.round(amplitude * Math.sin(step * (startAt + i))));
}

/**
 * The ringing tone in North America: two tones for two seconds, then four seconds of silence (ITU-T E.180
 * supplement 2).
 */
const RINGING = { hz: [440, 480], onSeconds: 2, offSeconds: 4, amplitude: 2_500 } as const;

/** One period of the ringing tone, to be repeated. */
export function ringingTone(sampleRate: number): Int16Array {
  const { hz, onSeconds, offSeconds, amplitude } = RINGING;
  const samples = new Int16Array((onSeconds + offSeconds) * sampleRate);
  const [one, other] = hz.map((each) => tone(each, onSeconds * sampleRate, sampleRate, amplitude));
  samples.set(one!.map((sample, i) => sample + other![i]!));
  return samples;
}

/** Low and high tone of each key, Hz (ITU-T Q.23). */
export const DTMF_HZ: Readonly<Record<string, readonly [low: number, high: number]>> = {
  '1': [697, 1209],
  '2': [697, 1336],
  '3': [697, 1477],
  A: [697, 1633],
  '4': [770, 1209],
  '5': [770, 1336],
  '6': [770, 1477],
  B: [770, 1633],
  '7': [852, 1209],
  '8': [852, 1336],
  '9': [852, 1477],
  C: [852, 1633],
  '*': [941, 1209],
  '0': [941, 1336],
  '#': [941, 1477],
  D: [941, 1633],
};

/**
 * The sound of a key.
 * @throws {RangeError} when there is no such key.
 */
export function dtmfTone(key: string, count: number, sampleRate: number, amplitude = 4_000): Int16Array {
  const pair = DTMF_HZ[key];
  if (!pair) throw new RangeError(`there is no key ${JSON.stringify(key)}; expected one of 0-9 * # A-D`);
  const low = tone(pair[0], count, sampleRate, amplitude);
  const high = tone(pair[1], count, sampleRate, amplitude);
  return low.map((sample, i) => Math.max(-32_768, Math.min(32_767, sample + high[i]!)));
}
