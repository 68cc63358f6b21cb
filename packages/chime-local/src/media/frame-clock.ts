/**
 * The absolute 20 ms clock as a value. Time is cut into cycles of one frame, and each cycle into slots over which
 * the legs are spread, so that packets do not leave in one burst. Due times are computed from the origin, never
 * from the last tick, so the clock does not drift.
 */

/** Length of a frame and of a cycle, ms. */
export const FRAME_MS = 20;
/**
 * Slots in a cycle. Each is one waking, at which the packets of the last 5 ms are read: fewer would let them wait
 * longer, more would wake the thread more often (a bare program with 200 sockets and 10 slots, one run on a
 * busy machine: 0.86 against 0.87-0.89 ms of CPU a second and socket, spacing no more even).
 */
export const SLOTS = 4;
/** Length of a slot, ms. */
export const SLOT_MS: number = FRAME_MS / SLOTS;
/** A slot in which nothing has come for so long is not one in which packets come, ms. */
const QUIET_MS = 1_000;
/** A clock this far behind leaves frames out instead of sending them in a burst, ms. */
export const MAX_BEHIND_MS = 2 * FRAME_MS;

export class FrameClock {
  readonly #originMs: number;
  /** Slots since the origin; the next one to tick. */
  #next = 0;
  /** Of each slot: when the last packet came in time for it, and not for the one before. */
  readonly #arrivals = new Float64Array(SLOTS).fill(Number.NEGATIVE_INFINITY);

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

  /** A packet came at that time. */
  noteArrival(atMs: number): void {
    const slot = Math.ceil((atMs - this.#originMs) / SLOT_MS) % SLOTS;
    if (slot >= 0) this.#arrivals[slot] = atMs;
  }

  /** Whether packets have come in time for that slot lately: they are read in it, so that they wait for 5 ms at most. */
  hears(slot: number): boolean {
    return this.dueMs - this.#arrivals[slot]! < QUIET_MS;
  }

  /** The slot has been served, or passed. */
  advance(): void {
    this.#next++;
  }

  /** The number of the cycle in which a slot will tick next. */
  nextCycleOf(slot: number): number {
    return slot >= this.slot ? this.cycle : this.cycle + 1;
  }

  /**
   * Leaves out whole cycles when the clock is too far behind, so that every slot is served at most once for a
   * late wake-up. Returns how many were left out.
   */
  catchUp(nowMs: number): number {
    const behind = nowMs - this.dueMs;
    if (behind < MAX_BEHIND_MS) return 0;
    const cycles = Math.floor(behind / FRAME_MS);
    this.#next += cycles * SLOTS;
    return cycles;
  }
}
