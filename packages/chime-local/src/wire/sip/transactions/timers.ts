/** Timer values of RFC 3261 section 17 and table 4, with RFC 6026. All in ms. */
export interface TimerBase {
  /** Round-trip time estimate. */
  readonly T1: number;
  /** Longest retransmission interval of non-INVITE requests and of responses to INVITE. */
  readonly T2: number;
  /** Longest time a message stays in the network. */
  readonly T4: number;
}

export const RFC3261_TIMERS: TimerBase = { T1: 500, T2: 4000, T4: 5000 };

/** Section 17.1.1.2: timer D is at least 32 s on unreliable transports. */
const TIMER_D_MS = 32_000;

export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M';

/** Timers A, E and G retransmit a message; the others end a state. A transaction runs one of each at most. */
export const RETRANSMIT_TIMERS: ReadonlySet<TimerName> = new Set(['A', 'E', 'G']);

/** The duration of a timer that ends a state. Zero ends the state at once. */
export function timeoutMs(timer: TimerName, reliable: boolean, { T1, T4 }: TimerBase): number {
  switch (timer) {
    case 'B':
    case 'F':
    case 'H':
    case 'L':
    case 'M':
      return 64 * T1;
    case 'D':
      return reliable ? 0 : TIMER_D_MS;
    case 'J':
      return reliable ? 0 : 64 * T1;
    case 'I':
    case 'K':
      return reliable ? 0 : T4;
    default:
      throw new Error(`timer ${timer} repeats a message and does not end a state`);
  }
}

/**
 * The interval after `last`: that of A doubles without limit (17.1.1.2), those of E and G up to T2 (17.1.2.2,
 * 17.2.1).
 */
export function nextInterval(timer: TimerName, last: number, { T2 }: TimerBase): number {
  return timer === 'A' ? last * 2 : Math.min(last * 2, T2);
}
