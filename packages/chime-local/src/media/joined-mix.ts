import { encodeG711, type G711 } from '#audio';
import { FORMS, type Mix } from '#conference';
import type { HeardMix } from './leg-sound.ts';

const { frameSamples } = FORMS.narrow;

/**
 * What a telephone hears of a meeting whose frames are half as long as its own: always the last two frames
 * joined.
 */
export class JoinedMix implements HeardMix {
  readonly frames = 2;
  readonly samples = new Int16Array(frameSamples);
  /** How many of the last frames are silent. */
  #silentFrames = 0;
  #added = 0;

  /** Starts from a frame of the telephone's own length: what the meeting sounded like until now. */
  begin(mix: Mix): void {
    this.samples.set(mix.samples);
    this.#silentFrames = mix.silent ? this.frames : 0;
    this.#added = this.frames;
  }

  /** Whether there are two frames to join. */
  get whole(): boolean {
    return this.#added >= this.frames;
  }

  get silent(): boolean {
    return this.#silentFrames >= this.frames;
  }

  /** Adds the meeting's next frame. */
  add(mix: Mix): void {
    const half = frameSamples / 2;
    this.samples.copyWithin(0, half);
    this.samples.set(mix.samples, half);
    this.#silentFrames = mix.silent ? this.#silentFrames + 1 : 0;
    this.#added++;
  }

  encodeInto(codec: G711, out: Uint8Array, at: number): void {
    encodeG711(codec, this.samples, 0, frameSamples, out, at);
  }
}
