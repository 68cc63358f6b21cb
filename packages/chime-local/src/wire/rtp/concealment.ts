/**
 * Fills gaps in a stream of samples, based on G.711 Appendix I: the sound before the gap is continued by its
 * pitch period, fades, and is blended into the sound after the gap.
 */

/** How a sound is continued. The caller provides it, so that this folder depends on no other. */
export interface Continuation {
  /** The pitch period at the end of `history[0..end)`, in samples. */
  pitchPeriod(history: Int16Array, end: number, sampleRate: number): number;
  /** Writes `count` samples that continue `history[0..end)`, starting `skip` samples after its end. */
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

/**
 * Length of the sound before a gap that is analysed, ms: a little more than two of the longest pitch periods.
 */
const LOOK_BACK_MS = 40;
/**
 * A gap is filled at full strength for the first time, ms, and then fades until the second, ms (G.711
 * Appendix I).
 */
const FULL_MS = 10;
const SILENT_AFTER_MS = 60;
/** Duration of the blend into the sound after the gap, ms. */
const RESUME_MS = 4;

/** Conceals the losses of one stream. Gaps are filled sample by sample. */
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

  /** Whether a gap is being filled, or the blend after it is in progress. */
  get active(): boolean {
    return this.#active;
  }

  /** Number of samples filled in this gap so far. */
  get run(): number {
    return this.#active ? this.#run : 0;
  }

  /** Whether the gap is so long that its filling has faded away. */
  get silent(): boolean {
    return this.#active && this.#run >= this.#silentAfter;
  }

  /**
   * Whether there is nothing more to play: the filling has faded away and nothing has arrived (`starved`).
   */
  exhausted(starved: boolean): boolean {
    return starved && this.silent;
  }

  /** Starts to fill a gap at `position` of a ring in which `missing` marks places without sound. */
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
    // If a new gap begins during the blend after another, the blend is abandoned and the filling continues.
    this.#resumed = 0;
    const sample = this.#filled(this.#run);
    this.#run++;
    return sample;
  }

  /**
   * Fills `count` samples of a gap that is no loss (before the playing time): a fade in progress continues.
   */
  fill(out: Int16Array, count: number): void {
    for (let i = 0; i < count; i++) out[i] = this.#active ? this.next() : 0;
  }

  /** A received sample after the gap, blended with the filling. */
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
