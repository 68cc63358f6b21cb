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
const HEAVY_SHARE = 0.5;
/**
 * The share of the processor time available to this process from which on there is no room for more calls. The
 * rest is for those that come before a second has been measured: 100 new calls take 0.15 more. Our choice.
 */
const FULL_SHARE = 0.85;
/**
 * The share of its slots below which the sound is unusable: one more call would have none, whichever program
 * has the processor. A thread that gets so little processor time may never reach `HEAVY_SHARE`. Our choice.
 */
const LEAST_SERVED = 0.5;

/**
 * How much of what this machine can do the sound of the calls takes. `light`: late slots are not the calls'
 * doing. `heavy`: late slots are a reason to refuse new calls. `full`: new calls are refused in any case.
 */
export type SoundLoad = 'light' | 'heavy' | 'full';

/** Measurements of the media thread over a window. */
export interface LoadWindow {
  legs: number;
  /** The processor time that sound used, as a share of one processor. */
  processor: number;
  /** Slots that were served, as a share of all that were due. */
  served: number;
}

/** @param quota how much of a processor this process may use; called only where it can matter. */
export function loadOf({ legs, processor, served }: LoadWindow, quota: () => number): SoundLoad {
  if (legs < BUSY_LEGS) return 'light';
  const available = quota();
  if (processor > FULL_SHARE * available) return 'full';
  return served < LEAST_SERVED || processor > HEAVY_SHARE * available ? 'heavy' : 'light';
}
