import { addInto, fadeIn, Limiter } from '#audio';
import { type Band, type BandConverter, fadeSamples, frameSamples } from './band.ts';
import { Mix } from './mix.ts';

/** The sum of the voices in one band of a meeting, and the mixes that are heard there. */
export class BandSum {
  readonly band: Band;
  /** The sum of everything heard in the band: its own voices, and the other band's sum. */
  total: Int32Array;
  /** The total of the previous frame. */
  prior: Int32Array;
  /** How many sounds the total contains. */
  sounds = 0;
  /** The number of attendees in the band. */
  hearers = 0;
  /** What everybody hears who contributes nothing. */
  readonly shared: Mix;
  #frameMs: number;
  #silence: Mix | undefined;
  /** Ends of the voices of attendees who left while speaking. */
  #tails: Int16Array[] = [];

  constructor(band: Band, frameMs: number) {
    const samples = frameSamples(band, frameMs);
    this.band = band;
    this.total = new Int32Array(samples);
    this.prior = new Int32Array(samples);
    this.shared = new Mix(band, frameMs);
    this.#frameMs = frameMs;
  }

  /** Makes frames this long from the next one on. */
  shortenFrames(frameMs: number): void {
    const samples = frameSamples(this.band, frameMs);
    this.#frameMs = frameMs;
    this.total = this.total.slice(-samples);
    this.prior = this.prior.slice(-samples);
    this.#tails = this.#tails.map((tail) => tail.slice(0, samples));
    this.shared.shortenFrames(frameMs);
    this.#silence?.shortenFrames(frameMs);
  }

  /** Starts a frame. */
  begin(): void {
    const { prior } = this;
    this.prior = this.total;
    this.total = prior.fill(0);
    this.sounds = 0;
    if (this.#tails.length === 0) return;
    for (const tail of this.#tails) this.add(tail);
    this.#tails = [];
  }

  add(samples: Int16Array): void {
    addInto(this.total, samples);
    this.sounds++;
  }

  /** Adds a sound to the next frame. */
  addLater(tail: Int16Array): void {
    this.#tails.push(tail);
  }

  /** To be called when an attendee of the band has left. */
  lose(): void {
    if (--this.hearers > 0) return;
    this.shared.close();
    this.#silence?.close();
  }

  /** What deaf attendees hear in that frame. */
  silence(frame: number): Mix {
    this.#silence ??= new Mix(this.band, this.#frameMs);
    if (this.#silence.frame !== frame) this.#silence.renewed(frame, true, undefined, undefined, undefined);
    return this.#silence;
  }
}

/**
 * Carries one band's voices into the other band: their sum, converted once. It rests unless someone listens
 * there.
 */
export class Crossing {
  readonly #from: BandSum;
  readonly #to: BandSum;
  readonly #make: (from: Band, to: Band) => BandConverter;
  readonly #input: Int16Array;
  readonly #output: Int16Array;
  readonly #limiter: Limiter;
  #frames = 0;
  #converter: BandConverter | undefined;
  /** Whether the converter still holds sound of the previous frame. */
  #holdsSound = false;
  #sounds = false;

  constructor(from: BandSum, to: BandSum, frameMs: number, make: (from: Band, to: Band) => BandConverter) {
    this.#from = from;
    this.#to = to;
    this.#make = make;
    this.#input = new Int16Array(frameSamples(from.band, frameMs));
    this.#output = new Int16Array(frameSamples(to.band, frameMs));
    this.#limiter = new Limiter(frameMs);
  }

  /** Converts the frame's voices, before anything of the other band is added to them. */
  convert(): void {
    const sounds = this.#from.sounds > 0;
    this.#sounds = this.#to.hearers > 0 && (sounds || this.#holdsSound);
    this.#holdsSound = sounds && this.#sounds;
    if (!this.#sounds) return;
    this.#limiter.limit(this.#input, this.#from.total, undefined, ++this.#frames);
    if (!this.#converter) {
      this.#converter = this.#make(this.#from.band, this.#to.band);
      // The converter may start amid a sound.
      fadeIn(this.#input, 0, fadeSamples(this.#from.band));
    }
    this.#converter.convert(this.#input, this.#output);
  }

  /** Adds the converted sum to the other band. */
  add(): void {
    if (this.#sounds) this.#to.add(this.#output);
  }

  /** Releases the converter when nobody listens any more. */
  rest(): void {
    if (this.#to.hearers === 0) this.close();
  }

  close(): void {
    this.#converter?.close();
    this.#converter = undefined;
    this.#holdsSound = false;
  }
}
