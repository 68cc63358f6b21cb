import { type FrameClock, SLOT_MS, SLOTS } from './frame-clock.ts';
import { LatenessWatch } from './lateness-watch.ts';

/** A slot served later than this counts as late, ms. */
const LATE_MS = 2.5;

export interface FrameLoopOptions {
  clock: FrameClock;
  nowMs(): number;
  /** Rung (`ringBell`) by whoever has sent this thread a message, so that it does not wait for the next slot. */
  bell: Int32Array;
  /** Whether there is anything to serve. Without, the thread sleeps in its event loop until it is told something. */
  isNeeded(): boolean;
  /** Serves the clock's slot. */
  serve(): void;
  /** Whether nothing is to be done in that slot, when it comes next: the thread need not wake for it. */
  mayPass(slot: number): boolean;
  /** Messages have been obeyed and packets read, and nothing more is done before the next slot or bell. */
  settle(): void;
  /** Whether lateness in the last so many ms is the calls' doing: there are many of them, and they took the time. */
  isBusy(windowMs: number): boolean;
  /** No more calls should come: slots are served late. False: they may come again. */
  onLate(late: boolean): void;
}

/** Wakes the thread whose loop listens to this bell. */
export function ringBell(bell: Int32Array): void {
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

/**
 * What drives the frame clock. Between slots the whole thread sleeps, event loop and all, on a futex instead of in
 * `epoll_wait`: that wakes to the tenth of a millisecond where timers have 1 ms grain, and packets are read some at a
 * time, slot by slot, instead of waking the thread one by one. Slots in which nothing is sent are slept through: for a few
 * calls the thread wakes 50 times a second, not 200. A packet so waits to be read until the next slot that is served, the one
 * in which it is mixed at the latest; nobody hears that, for the kernel notes when it came, and it is played a jitter buffer later.
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

  /** To be called before anything may be needed of the clock: after an idle time it is brought up to date. */
  wake(): void {
    if (this.#running) return;
    const { clock, nowMs, bell } = this.#options;
    clock.catchUp(nowMs());
    this.#running = true;
    this.#heard = Atomics.load(bell, 0);
    setImmediate(this.#round);
  }

  /** Slots served late, and the longest lateness in ms, since the last question. */
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
    // What rings from here on is not slept over: the event loop looks for messages before the next round.
    this.#heard = Atomics.load(bell, 0);
    const lateMs = now - clock.dueMs;
    const leftOut = clock.catchUp(now);
    if (leftOut > 0) this.#noteLateness(lateMs, leftOut * SLOTS);
    // After a cycle the event loop has its turn, and the clock may leave frames out, also where each slot takes longer than it may.
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

  /** How many slots from the clock's on have nothing to be done in them. */
  #slotsToPass(): number {
    const { clock, mayPass } = this.#options;
    let passed = 0;
    while (passed < SLOTS - 1 && mayPass((clock.slot + passed) % SLOTS)) passed++;
    return passed;
  }

  #noteLateness(lateMs: number, slots = 1): void {
    const { nowMs, isBusy, onLate } = this.#options;
    if (this.#watch.note(lateMs, nowMs(), isBusy, slots)) onLate(this.#watch.late);
    if (lateMs > LATE_MS) this.#lateSlots++;
    if (lateMs > this.#maxLatenessMs) this.#maxLatenessMs = lateMs;
  }
}
