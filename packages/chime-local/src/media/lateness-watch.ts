/**
 * Decides whether this machine can carry one more call, by how late the slots of the frame clock are served and
 * by what the sound takes of the processor. This is our own rule; the service promises nothing of the kind. Each
 * second is judged as a whole, and after a bad one several must be good before calls are accepted again.
 */
import type { SoundLoad } from './sound-load.ts';

/**
 * A slot that is later than this is too late, ms: half a packet, which a telephone's jitter buffer still
 * absorbs.
 */
const TOO_LATE_MS = 10;
/** A slot that is no later than this is good, ms: one slot. */
const GOOD_MS = 5;
/** The share of a second's slots that may be later (so the 95th percentile counts). */
const SHARE = 0.05;
const WINDOW_MS = 1_000;
/** The number of good seconds after which calls are accepted again. */
const GOOD_WINDOWS = 3;

export class LatenessWatch {
  #since = Number.NEGATIVE_INFINITY;
  #slots = 0;
  #tooLate = 0;
  #notGood = 0;
  #goodWindows = 0;
  #late = false;

  get late(): boolean {
    return this.#late;
  }

  /**
   * Notes that slots were served this late.
   * @param load called once a second: how much the sound of the calls takes.
   * @returns whether `late` has changed.
   */
  note(latenessMs: number, nowMs: number, load: (windowMs: number) => SoundLoad, slots = 1): boolean {
    const before = this.#late;
    const windowMs = nowMs - this.#since;
    if (windowMs >= WINDOW_MS) this.#close(nowMs, load(windowMs));
    this.#slots += slots;
    if (latenessMs > TOO_LATE_MS) this.#tooLate += slots;
    if (latenessMs > GOOD_MS) this.#notGood += slots;
    return this.#late !== before;
  }

  /** To be called when there is nothing left to serve. @returns whether `late` has changed. */
  rest(): boolean {
    const before = this.#late;
    this.#late = false;
    this.#since = Number.NEGATIVE_INFINITY;
    this.#slots = this.#tooLate = this.#notGood = this.#goodWindows = 0;
    return before;
  }

  #close(nowMs: number, load: SoundLoad): void {
    const isFull = load === 'full';
    const isLate = isFull || (load === 'heavy' && this.#tooLate > SHARE * this.#slots);
    const isGood = !isFull && this.#notGood <= SHARE * this.#slots;
    this.#goodWindows = isGood ? this.#goodWindows + 1 : 0;
    if (isLate) this.#late = true;
    else if (this.#goodWindows >= GOOD_WINDOWS) this.#late = false;
    this.#since = nowMs;
    this.#slots = this.#tooLate = this.#notGood = 0;
  }
}
