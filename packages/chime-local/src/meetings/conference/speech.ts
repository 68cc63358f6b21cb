import { dbfsToPower } from '#audio';

/**
 * Detects whether an attendee speaks: frames that stand out from the noise, with a hang-over so that pauses
 * between words do not count. The noise floor falls at once and rises slowly, up to a level that is never
 * mere noise.
 */

/**
 * The range of the noise floor, dBFS: sound below the lowest floor is never speech, and above the highest
 * floor plus the margin it always is.
 */
const LOWEST_FLOOR_DBFS = -62;
const HIGHEST_FLOOR_DBFS = -42;
/** How far speech stands out from the noise, as a ratio of powers: 9 dB. */
const SPEECH_RATIO = 8;
/** The factor by which the floor rises per second: 3 dB. */
const FLOOR_RISE_PER_S = 2;
/** How long speech must last to count, ms: a click does not. */
const ATTACK_MS = 40;
/** How long after the last loud frame speech ends, ms. */
const HANG_OVER_MS = 400;

const LOWEST_FLOOR = dbfsToPower(LOWEST_FLOOR_DBFS);
const HIGHEST_FLOOR = dbfsToPower(HIGHEST_FLOOR_DBFS);

export class SpeechDetector {
  #frameMs = 0;
  #rise = 1;
  #floor = LOWEST_FLOOR;
  #loudMs = 0;
  #quietMs = HANG_OVER_MS;
  speaking = false;

  /** @param frameMs length of the frames, ms. */
  constructor(frameMs: number) {
    this.setFrameMs(frameMs);
  }

  /** Sets another length of the frames from now on. */
  setFrameMs(frameMs: number): void {
    this.#frameMs = frameMs;
    this.#rise = FLOOR_RISE_PER_S ** (frameMs / 1000);
  }

  /** Takes a frame's power into account; 0 means silence. */
  note(power: number): void {
    const loud = power > this.#floor * SPEECH_RATIO;
    this.#floor = Math.min(HIGHEST_FLOOR, Math.max(LOWEST_FLOOR, Math.min(power, this.#floor * this.#rise)));
    this.#loudMs = loud ? this.#loudMs + this.#frameMs : 0;
    this.#quietMs = loud ? 0 : this.#quietMs + this.#frameMs;
    if (this.#loudMs >= ATTACK_MS) this.speaking = true;
    else if (this.#quietMs >= HANG_OVER_MS) this.speaking = false;
  }
}

/**
 * Every third sample is enough to estimate the power (every third, so that no telephone tone beats against
 * the grid).
 */
const STRIDE = 3;

/** The approximate mean of the squared samples. */
export function roughPower(samples: Int16Array): number {
  const length = samples.length;
  let sum = 0;
  for (let i = 0; i < length; i += STRIDE) sum += samples[i]! * samples[i]!;
  return (sum * STRIDE) / length;
}
