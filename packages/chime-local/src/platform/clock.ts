/** A source of time and timers. The system clock and the scripted one (`#testkit`) are interchangeable. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once after `ms`; returns a function that cancels it. */
  after(ms: number, fn: () => void): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};

/** Maximum delay of a timer in milliseconds: Node.js uses 31 bits. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `fn` once at `due` (milliseconds since the epoch), however far away; returns a function that cancels it. */
export function callAt(clock: Clock, due: number, fn: () => void): () => void {
  let cancel = (): void => {};
  const wait = (): void => {
    const left = due - clock.now();
    cancel = clock.after(Math.max(0, Math.min(left, MAX_TIMER_MS)), left > MAX_TIMER_MS ? wait : fn);
  };
  wait();
  return () => cancel();
}
