/** Legs from which on late slots are their doing: fewer are served in half a millisecond. Ours. */
const BUSY_LEGS = 50;
/**
 * Part of the time that this process may have a processor that sound must have taken for lateness to be the calls' doing; else other
 * programs have it, such as functions that start in a burst of calls, and to refuse calls would help nobody's sound. Ours.
 */
const BUSY_SHARE = 0.5;
/**
 * Part of its slots below which sound is no sound: one more call would have none, whoever has the processor. A thread that gets
 * so little of it may never take `BUSY_SHARE`. Ours.
 */
const LEAST_SERVED = 0.5;

/** What a window of late slots was like. */
export interface LateWindow {
  legs: number;
  /** The processor time that sound took, of one processor's. */
  processor: number;
  /** Slots that were served, of all that were due. */
  served: number;
}

/**
 * Whether new calls are to be refused because slots were late: that is the calls' doing, or there is no sound left to be had.
 * @param quota how much of a processor this process may have; asked only where it can matter.
 */
export function isCallsDoing({ legs, processor, served }: LateWindow, quota: () => number): boolean {
  if (legs < BUSY_LEGS) return false;
  return served < LEAST_SERVED || processor > BUSY_SHARE || processor > BUSY_SHARE * quota();
}
