import type { Clock } from 'page-ui/clock.ts';

/**
 * By how much the page's clock is ahead of the server's. The server read its clock between the request and
 * its answer: the known difference is kept while that is consistent with it, and otherwise changes no more
 * than it must. So the value does not fluctuate.
 */
export class ClockAhead {
  readonly #clock: Clock;
  #ms = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Called when a request is sent; `answered` takes the server's time from the answer and returns the
   * difference in milliseconds.
   */
  asking(): { answered(serverTime: unknown): number } {
    const askedAt = this.#clock.now();
    return {
      answered: (serverTime) => {
        const at = typeof serverTime === 'string' ? Date.parse(serverTime) : Number.NaN;
        // If the server does not send its time, its clock is taken as right.
        if (!Number.isNaN(at)) this.#ms = within(this.#ms, askedAt - at, this.#clock.now() - at);
        return this.#ms;
      },
    };
  }
}

const within = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
