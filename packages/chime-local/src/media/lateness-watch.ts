/**
 * Whether this machine can carry one more call: by how late the slots of the frame clock are served. Ours; the service
 * promises nothing of the kind. A second is looked at as a whole, and one that was late is followed by several that
 * must be good before it is forgotten.
 */

/** Slots later than this are too late, ms: half a packet, which a telephone's jitter buffer still takes. */
const TOO_LATE_MS = 10;
/** And no later than this is good, ms: one slot. */
const GOOD_MS = 5;
/** Part of a second's slots that may be later (so the 95th percentile counts). */
const SHARE = 0.05;
const WINDOW_MS = 1_000;
/** Good seconds after which calls are taken again. */
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
   * Notes that slots were served so late, ms. `matters`: asked once a second, whether that is the calls' doing. True when
   * `late` has changed.
   */
  note(latenessMs: number, nowMs: number, matters: (windowMs: number) => boolean, slots = 1): boolean {
    const before = this.#late;
    const windowMs = nowMs - this.#since;
    if (windowMs >= WINDOW_MS) this.#close(nowMs, matters(windowMs));
    this.#slots += slots;
    if (latenessMs > TOO_LATE_MS) this.#tooLate += slots;
    if (latenessMs > GOOD_MS) this.#notGood += slots;
    return this.#late !== before;
  }

  /** Nothing is to be served any more. True when `late` has changed. */
  rest(): boolean {
    const before = this.#late;
    this.#late = false;
    this.#since = Number.NEGATIVE_INFINITY;
    this.#slots = this.#tooLate = this.#notGood = this.#goodWindows = 0;
    return before;
  }

  #close(nowMs: number, matters: boolean): void {
    const isLate = matters && this.#tooLate > SHARE * this.#slots;
    const isGood = this.#notGood <= SHARE * this.#slots;
    this.#goodWindows = isGood ? this.#goodWindows + 1 : 0;
    if (isLate) this.#late = true;
    else if (this.#goodWindows >= GOOD_WINDOWS) this.#late = false;
    this.#since = nowMs;
    this.#slots = this.#tooLate = this.#notGood = 0;
  }
}
