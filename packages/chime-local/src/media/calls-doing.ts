/**
 * The number of legs from which on late slots can be their doing: fewer are served in half a millisecond. Our
 * choice.
 */
const BUSY_LEGS = 50;
/**
 * The share of the processor time available to this process that sound must have used for lateness to be the
 * calls' doing. Below it, other programs have the processor, such as functions that start in a burst of
 * calls, and refusing calls would help nobody's sound. Our choice.
 */
const BUSY_SHARE = 0.5;
/**
 * The share of its slots below which the sound is unusable: one more call would have none, whichever program
 * has the processor. A thread that gets so little processor time may never reach `BUSY_SHARE`. Our choice.
 */
const LEAST_SERVED = 0.5;

/** Measurements of a window in which slots were late. */
export interface LateWindow {
  legs: number;
  /** The processor time that sound used, as a share of one processor. */
  processor: number;
  /** Slots that were served, as a share of all that were due. */
  served: number;
}

/**
 * Whether new calls are to be refused because slots were late: either the calls cause the lateness, or the
 * sound is unusable anyway.
 * @param quota how much of a processor this process may use; called only where it can matter.
 */
export function isCallsDoing({ legs, processor, served }: LateWindow, quota: () => number): boolean {
  if (legs < BUSY_LEGS) return false;
  return served < LEAST_SERVED || processor > BUSY_SHARE || processor > BUSY_SHARE * quota();
}
