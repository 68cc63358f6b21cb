import { encodeG711, type G711, type G711Name } from '#audio';

/** What one or several attendees hear during one frame. It changes with the meeting's next frame. */
export class Mix {
  readonly samples: Int16Array;
  /** Nobody is to be heard: all samples are zero. */
  silent = true;
  readonly #codes: Partial<Record<G711Name, Uint8Array>> = {};
  readonly #encodedAs: Record<G711Name, boolean> = { PCMU: false, PCMA: false };

  constructor(frameSamples: number) {
    this.samples = new Int16Array(frameSamples);
  }

  /** The samples changed. */
  renewed(silent: boolean): void {
    this.silent = silent;
    this.#encodedAs.PCMU = false;
    this.#encodedAs.PCMA = false;
  }

  /** The frame as codes: encoded once, however many ask. Not to be changed by the caller. */
  encoded(codec: G711): Uint8Array {
    const name = codec.name;
    let codes = this.#codes[name];
    if (!codes) {
      codes = new Uint8Array(this.samples.length);
      this.#codes[name] = codes;
    }
    if (!this.#encodedAs[name]) {
      encodeG711(codec, this.samples, 0, this.samples.length, codes);
      this.#encodedAs[name] = true;
    }
    return codes;
  }
}
