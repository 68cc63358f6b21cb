import {
  encodeG711,
  encodeWithout,
  fadeIn,
  fadeOut,
  type G711,
  type G711Name,
  Limiter,
  saturateInto,
} from '#audio';
import { type Band, fadeSamples, frameSamples } from './band.ts';

/** A stateful codec: the packets of one stream, one per frame, in order. */
export interface FrameEncoder {
  /** Encodes the stream's next frame. The samples are not kept. */
  encode(samples: Int16Array): Uint8Array;
  /** Starts a new stream. */
  reset(): void;
  /** To be called when the stream has ended; nothing else may be called afterwards. */
  close(): void;
}

/** How a mix starts or ends within its frame, for an attendee who hears again or becomes deaf. */
export type Edge = 'rise' | 'fall';

/**
 * What one or several attendees hear during one frame, in their band. It changes with the meeting's next
 * frame. Samples and codes are made on demand from the band's sum: for most attendees only the codes are ever
 * needed.
 */
export class Mix {
  /** Whether nobody can be heard: all samples are zero. */
  silent = true;
  readonly #band: Band;
  readonly #fade: number;
  #limiter: Limiter;
  /** The number of the frame that the mix was renewed for. */
  #frame = -1;
  #sum: Int32Array | undefined;
  /** The voice that is left out of the sum. Only its owner hears this mix. */
  #without: Int16Array | undefined;
  #edge: Edge | undefined;
  /** The sum of the previous frame, in case nobody asked for that frame's samples. */
  #prior: Int32Array | undefined;
  #samples: Int16Array;
  #before: Int16Array;
  /** The frames that `#samples` and `#before` hold. */
  #samplesOf = -1;
  #beforeOf = -1;
  #codes: Partial<Record<G711Name, Uint8Array>> = {};
  readonly #codesOf: Record<G711Name, number> = { PCMU: -1, PCMA: -1 };
  #stream: { encoder: FrameEncoder; packet: Uint8Array; frame: number } | undefined;

  constructor(band: Band, frameMs: number) {
    const samples = frameSamples(band, frameMs);
    this.#band = band;
    this.#fade = fadeSamples(band);
    this.#limiter = new Limiter(frameMs);
    this.#samples = new Int16Array(samples);
    this.#before = new Int16Array(samples);
  }

  /**
   * Makes frames this long from the next one on. The encoded stream continues: its encoder accepts either
   * length.
   */
  shortenFrames(frameMs: number): void {
    const samples = frameSamples(this.#band, frameMs);
    const limiter = new Limiter(frameMs);
    limiter.follow(this.#limiter, this.#frame + 1);
    this.#limiter = limiter;
    this.#samples = this.#samples.slice(-samples);
    this.#before = this.#before.slice(-samples);
    this.#codes = {};
    this.#codesOf.PCMU = -1;
    this.#codesOf.PCMA = -1;
  }

  /** The number of the frame that the mix is for. */
  get frame(): number {
    return this.#frame;
  }

  /**
   * Starts another frame: the sum without that voice. Neither may change until the next frame.
   * @param sum absent for silence.
   * @param prior the sum that the listeners heard one frame ago; absent if they heard silence.
   */
  renewed(
    frame: number,
    silent: boolean,
    sum: Int32Array | undefined,
    without: Int16Array | undefined,
    prior: Int32Array | undefined,
    edge?: Edge,
  ): void {
    this.#frame = frame;
    this.silent = silent;
    this.#sum = sum;
    this.#without = without;
    this.#prior = prior;
    this.#edge = edge;
    const samples = this.#samples;
    this.#samples = this.#before;
    this.#before = samples;
    this.#beforeOf = this.#samplesOf;
    this.#samplesOf = -1;
  }

  /** The gain of the mix at the start of that frame: 1 means that it is not turned down. */
  gainBefore(frame: number): number {
    return this.#limiter.gainBefore(frame);
  }

  /**
   * The mix's listeners heard another mix until now: this one continues at the same gain. To be called before
   * `renewed`.
   */
  follow(other: Mix, frame: number): void {
    if (this.#frame !== frame - 1) this.#limiter.follow(other.#limiter, frame);
  }

  /** The samples; the caller must not change them. */
  get samples(): Int16Array {
    if (this.#samplesOf !== this.#frame) this.#limit();
    return this.#samples;
  }

  /**
   * Writes the frame as codes to `out` from `at` on. A mix that many hear is encoded once for each codec.
   * Narrow band only.
   */
  encodeInto(codec: G711, out: Uint8Array, at: number): void {
    if (this.#without && this.#sum && !this.#edge && this.#limiter.gainBefore(this.#frame) === 1) {
      if (encodeWithout(codec, this.#sum, this.#without, out, at)) return;
    }
    out.set(this.#encodedAs(codec), at);
  }

  /**
   * The frame as a packet of the mix's stream, encoded once however many ask; valid until the next frame. If
   * nobody asked one frame ago, the encoder is first fed what was heard then, so that a listener who changes
   * from another mix's stream to this one hears no seam.
   * @param make called once, when the first packet is asked for.
   */
  encoded(make: () => FrameEncoder): Uint8Array {
    this.#stream ??= { encoder: make(), packet: new Uint8Array(0), frame: -2 };
    const stream = this.#stream;
    if (stream.frame !== this.#frame) {
      const { samples } = this;
      if (stream.frame !== this.#frame - 1) {
        stream.encoder.reset();
        stream.encoder.encode(this.#heardBefore());
      }
      stream.packet = stream.encoder.encode(samples);
      stream.frame = this.#frame;
    }
    return stream.packet;
  }

  /** Releases the encoder; to be called when nobody hears the mix any more. */
  close(): void {
    this.#stream?.encoder.close();
    this.#stream = undefined;
  }

  #limit(): void {
    const samples = this.#samples;
    if (!this.#sum) samples.fill(0);
    else this.#limiter.limit(samples, this.#sum, this.#without, this.#frame);
    if (this.#edge === 'rise') fadeIn(samples, 0, this.#fade);
    else if (this.#edge === 'fall') fadeOut(samples, 0, this.#fade);
    this.#samplesOf = this.#frame;
  }

  /** The samples that the listeners of this frame heard one frame ago. */
  #heardBefore(): Int16Array {
    if (this.#beforeOf !== this.#frame - 1) {
      if (this.#prior) saturateInto(this.#before, this.#prior);
      else this.#before.fill(0);
    }
    return this.#before;
  }

  #encodedAs(codec: G711): Uint8Array {
    let codes = this.#codes[codec.name];
    if (!codes) {
      codes = new Uint8Array(this.#samples.length);
      this.#codes[codec.name] = codes;
    }
    if (this.#codesOf[codec.name] !== this.#frame) {
      encodeG711(codec, this.samples, 0, codes.length, codes);
      this.#codesOf[codec.name] = this.#frame;
    }
    return codes;
  }
}
