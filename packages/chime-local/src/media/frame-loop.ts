import { type FrameClock, SLOT_MS, SLOTS } from './frame-clock.ts';
import { LatenessWatch } from './lateness-watch.ts';
import type { SoundLoad } from './sound-load.ts';

/** A slot served later than this counts as late, ms. */
const LATE_MS = 2.5;

export interface FrameLoopOptions {
  clock: FrameClock;
  nowMs(): number;
  /**
   * Rung (`ringBell`) by every sender of a message to this thread, so that the message does not wait for the
   * next slot.
   */
  bell: Int32Array;
  /**
   * Whether there is anything to serve. If not, the thread sleeps in its event loop until a message comes.
   */
  isNeeded(): boolean;
  /** Serves the clock's current slot. */
  serve(): void;
  /** Whether that slot, when it comes next, has nothing to do: the thread need not wake for it. */
  mayPass(slot: number): boolean;
  /**
   * Called when messages have been processed and packets read, and nothing more is done before the next slot
   * or bell.
   */
  settle(): void;
  /** How much of what this machine can do the sound took in the last `windowMs`. */
  load(windowMs: number): SoundLoad;
  /** `true`: there is no room for more calls. `false`: calls may come again. */
  onLate(late: boolean): void;
}

/** Wakes the thread whose loop listens to this bell. */
export function ringBell(bell: Int32Array): void {
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

/**
 * Drives the frame clock. Between slots the whole thread, including its event loop, sleeps on a futex instead
 * of in `epoll_wait`: a futex wakes with a precision of a tenth of a millisecond, timers have a granularity
 * of 1 ms, and packets are read in batches, slot by slot, instead of each waking the thread. Slots in which
 * nothing is sent are slept through: with a few calls the thread wakes 50 times a second, not 200. A packet
 * therefore waits until the next slot that is served, at the latest the one in which it is mixed. Nobody
 * hears that: the kernel records when it arrived, and it is played a jitter buffer later.
 */
export class FrameLoop {
  readonly #options: FrameLoopOptions;
  #running = false;
  #heard = 0;
  #lateSlots = 0;
  #maxLatenessMs = 0;
  readonly #watch = new LatenessWatch();

  constructor(options: FrameLoopOptions) {
    this.#options = options;
  }

  /** To be called before the clock may be needed: after an idle time it is brought up to date. */
  wake(): void {
    if (this.#running) return;
    const { clock, nowMs, bell } = this.#options;
    clock.catchUp(nowMs());
    this.#running = true;
    this.#heard = Atomics.load(bell, 0);
    setImmediate(this.#round);
  }

  /** The number of slots served late and the longest lateness, ms, since the last call. */
  takeLateness(): { lateTicks: number; maxLatenessMs: number } {
    const lateness = { lateTicks: this.#lateSlots, maxLatenessMs: this.#maxLatenessMs };
    this.#lateSlots = 0;
    this.#maxLatenessMs = 0;
    return lateness;
  }

  readonly #round = (): void => {
    const { clock, nowMs, bell, isNeeded, mayPass, serve, settle } = this.#options;
    settle();
    if (!isNeeded()) {
      this.#running = false;
      if (this.#watch.rest()) this.#options.onLate(false);
      return;
    }
    let now = nowMs();
    const wait = clock.dueMs + this.#slotsToPass() * SLOT_MS - now;
    if (wait > 0) {
      Atomics.wait(bell, 0, this.#heard, wait);
      now = nowMs();
    }
    // A bell that rings from here on prevents the next sleep: the event loop handles messages before the next
    // round.
    this.#heard = Atomics.load(bell, 0);
    const lateMs = now - clock.dueMs;
    const leftOut = clock.catchUp(now);
    if (leftOut > 0) this.#noteLateness(lateMs, leftOut * SLOTS);
    // After one cycle the event loop has its turn; then the clock can skip frames even if every slot takes
    // too long.
    for (let slots = 0; slots < SLOTS && clock.dueMs <= now; slots++) {
      if (!mayPass(clock.slot)) {
        this.#noteLateness(now - clock.dueMs);
        serve();
        now = nowMs();
      }
      clock.advance();
    }
    setImmediate(this.#round);
  };

  /** The number of slots, from the clock's current one on, that have nothing to do. */
  #slotsToPass(): number {
    const { clock, mayPass } = this.#options;
    let passed = 0;
    while (passed < SLOTS - 1 && mayPass((clock.slot + passed) % SLOTS)) passed++;
    return passed;
  }

  #noteLateness(lateMs: number, slots = 1): void {
    const { nowMs, load, onLate } = this.#options;
    if (this.#watch.note(lateMs, nowMs(), load, slots)) onLate(this.#watch.late);
    if (lateMs > LATE_MS) this.#lateSlots++;
    if (lateMs > this.#maxLatenessMs) this.#maxLatenessMs = lateMs;
  }
}
