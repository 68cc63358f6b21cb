/**
 * Filling holes in a stream of samples, after the idea of G.711 Appendix I: the sound before the hole goes on by
 * its pitch period, fades, and is blended into the sound after the hole.
 */

/** How a sound is guessed on. Given by the caller, so that this room needs no other. */
export interface Continuation {
  /** The pitch period at the end of `history[0..end)`, in samples. */
  pitchPeriod(history: Int16Array, end: number, sampleRate: number): number;
  /** Writes `count` samples that continue `history[0..end)`, beginning `skip` samples after its end. */
  continueSound(
    history: Int16Array,
    end: number,
    period: number,
    out: Int16Array,
    count: number,
    skip: number,
    sampleRate: number,
  ): void;
}

/** Sound before a hole that is looked at, ms: two of the longest pitch periods and some. */
const LOOK_BACK_MS = 40;
/** A hole is filled at full strength for so long, ms, then fades until the second time, ms (G.711 Appendix I). */
const FULL_MS = 10;
const SILENT_AFTER_MS = 60;
/** Blending into the sound after the hole, ms. */
const RESUME_MS = 4;

/** The concealment of one stream. Holes are filled sample by sample. */
export class Concealment {
  readonly #rate: number;
  readonly #continuation: Continuation;
  readonly #before: Int16Array;
  readonly #piece: Int16Array;
  readonly #full: number;
  readonly #silentAfter: number;
  readonly #resume: number;
  #period = 0;
  #run = 0;
  #resumed = 0;
  #active = false;

  constructor(sampleRate: number, continuation: Continuation) {
    const samples = (ms: number) => Math.round((ms * sampleRate) / 1000);
    this.#rate = sampleRate;
    this.#continuation = continuation;
    this.#before = new Int16Array(samples(LOOK_BACK_MS));
    this.#piece = new Int16Array(samples(SILENT_AFTER_MS + RESUME_MS));
    this.#full = samples(FULL_MS);
    this.#silentAfter = samples(SILENT_AFTER_MS);
    this.#resume = samples(RESUME_MS);
  }

  /** A hole is being filled or blended out of. */
  get active(): boolean {
    return this.#active;
  }

  /** Samples filled in this hole so far. */
  get run(): number {
    return this.#active ? this.#run : 0;
  }

  /** The hole is so long that its filling has faded away. */
  get silent(): boolean {
    return this.#active && this.#run >= this.#silentAfter;
  }

  /** Nothing more to play: faded away, and nothing has arrived (`starved`). */
  exhausted(starved: boolean): boolean {
    return starved && this.silent;
  }

  /** Begins to fill a hole at `position` of a ring in which `missing` marks places without sound. */
  begin(ring: Int16Array, position: number, missing: number): void {
    this.#period = this.periodAt(ring, position, missing);
    this.#continuation.continueSound(
      this.#before,
      this.#before.length,
      this.#period,
      this.#piece,
      this.#piece.length,
      0,
      this.#rate,
    );
    this.#run = 0;
    this.#resumed = 0;
    this.#active = true;
  }

  /** The pitch period before `position`. */
  periodAt(ring: Int16Array, position: number, missing: number): number {
    const length = this.#before.length;
    const mask = ring.length - 1;
    for (let i = 0; i < length; i++) {
      const sample = ring[(position - length + i) & mask]!;
      this.#before[i] = sample === missing ? 0 : sample;
    }
    return this.#continuation.pitchPeriod(this.#before, length, this.#rate);
  }

  /** The next filled sample. */
  next(): number {
    // A hole within the blend out of another: the blend is given up, the filling goes on.
    this.#resumed = 0;
    const sample = this.#filled(this.#run);
    this.#run++;
    return sample;
  }

  /** `count` samples of a gap that is no loss (before the playing time): what fades goes on fading. */
  fill(out: Int16Array, count: number): void {
    for (let i = 0; i < count; i++) out[i] = this.#active ? this.next() : 0;
  }

  /** A received sample after the hole, blended with the filling. */
  resume(sample: number): number {
    const n = this.#resumed++;
    if (n >= this.#resume) {
      this.#active = false;
      this.#run = 0;
      return sample;
    }
    const rise = (n + 1) / (this.#resume + 1);
    return Math.round(this.#filled(this.#run + n) * (1 - rise) + sample * rise);
  }

  #filled(n: number): number {
    if (n >= this.#silentAfter) return 0;
    const sample = this.#piece[n]!;
    if (n < this.#full) return sample;
    return Math.round((sample * (this.#silentAfter - n)) / (this.#silentAfter - this.#full));
  }
}
