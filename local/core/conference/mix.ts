import { encodeG711, encodeWithout, type G711, type G711Name, limitInto, limitWithout } from '#audio';

/**
 * What one or several attendees hear during one frame. It changes with the meeting's next frame. Samples and codes are
 * made when asked for, from the meeting's sum: most attendees only ever need their codes.
 */
export class Mix {
  /** Nobody is to be heard: all samples are zero. */
  silent = true;
  readonly #samples: Int16Array;
  #sum: Int32Array | undefined;
  /** The voice that is left out of the sum: its owner hears this mix, and nobody else. */
  #without: Int16Array | undefined;
  #limited = true;
  readonly #codes: Partial<Record<G711Name, Uint8Array>> = {};
  readonly #encodedAs: Record<G711Name, boolean> = { PCMU: false, PCMA: false };

  constructor(frameSamples: number) {
    this.#samples = new Int16Array(frameSamples);
  }

  /** A new frame: the sum, without that voice. Both stay as they are until the next. */
  renewed(silent: boolean, sum: Int32Array, without: Int16Array | undefined): void {
    this.silent = silent;
    this.#sum = sum;
    this.#without = without;
    this.#limited = false;
    this.#encodedAs.PCMU = false;
    this.#encodedAs.PCMA = false;
  }

  /** Not to be changed by the caller. */
  get samples(): Int16Array {
    if (!this.#limited && this.#sum) {
      if (this.#without) limitWithout(this.#samples, this.#sum, this.#without);
      else limitInto(this.#samples, this.#sum);
      this.#limited = true;
    }
    return this.#samples;
  }

  /** Writes the frame as codes to `out[at]` on. A mix that many hear is encoded once for each codec. */
  encodeInto(codec: G711, out: Uint8Array, at: number): void {
    if (this.#without && this.#sum) encodeWithout(codec, this.#sum, this.#without, out, at);
    else out.set(this.#encoded(codec), at);
  }

  #encoded(codec: G711): Uint8Array {
    let codes = this.#codes[codec.name];
    if (!codes) {
      codes = new Uint8Array(this.#samples.length);
      this.#codes[codec.name] = codes;
    }
    if (!this.#encodedAs[codec.name]) {
      encodeG711(codec, this.samples, 0, codes.length, codes);
      this.#encodedAs[codec.name] = true;
    }
    return codes;
  }
}
