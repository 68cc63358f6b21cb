/**
 * The absolute 20 ms clock as a value. Time is divided into cycles of one frame, and each cycle into slots
 * over which the legs are spread, so that packets do not leave in one burst. Due times are computed from the
 * origin, never from the last tick, so the clock does not drift.
 */

/** Length of a frame and of a cycle, ms. */
export const FRAME_MS = 20;
/**
 * Slots per cycle. Each slot in use wakes the thread once, and the packets that have arrived are read then:
 * with fewer slots they would wait longer, with more the thread would wake more often (a bare program with
 * 200 sockets and 10 slots, one run on a busy machine: 0.86 against 0.87-0.89 ms of CPU per second and
 * socket, with packets spaced no more evenly).
 */
export const SLOTS = 4;
/** Length of a slot, ms. */
export const SLOT_MS: number = FRAME_MS / SLOTS;
/** A clock this far behind skips frames instead of sending them in a burst, ms. */
export const MAX_BEHIND_MS = 2 * FRAME_MS;

export class FrameClock {
  readonly #originMs: number;
  /** The next slot to tick, counted from the origin. */
  #next = 0;

  constructor(originMs: number) {
    this.#originMs = originMs;
  }

  /** The next slot of the cycle to tick. */
  get slot(): number {
    return this.#next % SLOTS;
  }

  get cycle(): number {
    return Math.floor(this.#next / SLOTS);
  }

  /** When the next slot is due. */
  get dueMs(): number {
    return this.#originMs + this.#next * SLOT_MS;
  }

  /** To be called when the slot has been served or passed. */
  advance(): void {
    this.#next++;
  }

  /** The number of the cycle in which a slot will tick next. */
  nextCycleOf(slot: number): number {
    return slot >= this.slot ? this.cycle : this.cycle + 1;
  }

  /**
   * The number of the next frame to begin, of the frames that begin in that slot and, where a cycle has two,
   * halfway to the same slot of the next cycle.
   */
  nextFrameOf(slot: number, framesInCycle: 1 | 2): number {
    return Math.ceil(((this.#next - slot) * framesInCycle) / SLOTS);
  }

  /**
   * Skips whole cycles if the clock is too far behind, so that a late wake-up serves every slot at most once.
   * @returns how many cycles were skipped.
   */
  catchUp(nowMs: number): number {
    const behind = nowMs - this.dueMs;
    if (behind < MAX_BEHIND_MS) return 0;
    const cycles = Math.floor(behind / FRAME_MS);
    this.#next += cycles * SLOTS;
    return cycles;
  }
}
