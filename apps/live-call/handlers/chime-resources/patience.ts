/** Waiting with a limit: a custom resource waits until the service has done its part. */

export interface Patience {
  /** Resolves after a pause that grows from call to call. Rejects with `TimeIsUp` when the time is up. */
  wait(forWhat: string): Promise<void>;
  /**
   * The same deadline with the pauses starting over; with `atMostMs`, the waiting lasts no longer than that
   * many milliseconds.
   */
  fresh(atMostMs?: number): Patience;
  /** Aborts one call to the service that is not answered. */
  signal(): AbortSignal;
}

/** The time is over; what was waited for may still happen. */
export class TimeIsUp extends Error {
  override name = 'TimeIsUp';
}

/** Milliseconds of the first pause; each is half as long again as the previous one, up to the longest. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
const GROWTH = 1.5;
/** Milliseconds allowed for one call to the service: the slowest ones answer within seconds. */
const ONE_CALL_MS = 20_000;
/** Milliseconds to wait for what the service should know by now, before a failure is reported. */
export const ONE_MINUTE_MS = 60_000;

/** `remainingMs`: the time left for all waiting together. `signal`: aborts one call that is not answered. */
export function patience(
  remainingMs: () => number,
  sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)),
  signal = (): AbortSignal => AbortSignal.timeout(ONE_CALL_MS),
): Patience {
  const make = (leftMs: number): Patience => {
    let pause = FIRST_PAUSE_MS;
    return {
      async wait(forWhat) {
        if (remainingMs() < pause || leftMs < pause) {
          throw new TimeIsUp(`Time ran out while waiting for ${forWhat}.`);
        }
        leftMs -= pause;
        await sleep(pause);
        pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS);
      },
      fresh: (atMostMs) => make(Math.min(leftMs, atMostMs ?? leftMs)),
      signal,
    };
  };
  return make(Number.POSITIVE_INFINITY);
}
