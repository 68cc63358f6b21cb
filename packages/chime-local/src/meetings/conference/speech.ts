import { dbfsToPower } from '#audio';

/**
 * Whether an attendee speaks: frames that stand out from the noise, with a hang-over so that pauses between
 * words do not count. The noise floor falls at once and rises slowly, up to a level that is never mere noise.
 */

/** Sound below this is never speech, and above the highest floor plus the margin it always is, dBFS. */
const LOWEST_FLOOR_DBFS = -62;
const HIGHEST_FLOOR_DBFS = -42;
/** How far speech stands above the noise, as a ratio of powers: 9 dB. */
const SPEECH_RATIO = 8;
/** The floor rises by this factor a second: 3 dB. */
const FLOOR_RISE_PER_S = 2;
/** So much of speech begins it, ms: a click does not. */
const ATTACK_MS = 40;
/** So long after the last loud frame it ends, ms. */
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

  /** @param frameMs length of the frames. */
  constructor(frameMs: number) {
    this.setFrameMs(frameMs);
  }

  /** Frames are of another length from now on. */
  setFrameMs(frameMs: number): void {
    this.#frameMs = frameMs;
    this.#rise = FLOOR_RISE_PER_S ** (frameMs / 1000);
  }

  /** Takes note of a frame's power; 0 means silence. */
  note(power: number): void {
    const loud = power > this.#floor * SPEECH_RATIO;
    this.#floor = Math.min(HIGHEST_FLOOR, Math.max(LOWEST_FLOOR, Math.min(power, this.#floor * this.#rise)));
    this.#loudMs = loud ? this.#loudMs + this.#frameMs : 0;
    this.#quietMs = loud ? 0 : this.#quietMs + this.#frameMs;
    if (this.#loudMs >= ATTACK_MS) this.speaking = true;
    else if (this.#quietMs >= HANG_OVER_MS) this.speaking = false;
  }
}

/** Every third sample tells the power well enough (a third, so that no telephone tone beats with the grid). */
const STRIDE = 3;

/** The mean of the squared samples, nearly. */
export function roughPower(samples: Int16Array): number {
  const length = samples.length;
  let sum = 0;
  for (let i = 0; i < length; i += STRIDE) sum += samples[i]! * samples[i]!;
  return (sum * STRIDE) / length;
}
