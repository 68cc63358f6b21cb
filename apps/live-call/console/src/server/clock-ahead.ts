import type { Clock } from 'page-ui/clock.ts';

/**
 * By how much the page's clock is ahead of the server's. The server looked at its own between a question and its answer:
 * what is known stays while that can be true, and otherwise changes by no more than it must. So it does not tremble.
 */
export class ClockAhead {
  readonly #clock: Clock;
  #ms = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A question goes out; its answer says the server's time, and gets the milliseconds. */
  asking(): { answered(serverTime: unknown): number } {
    const askedAt = this.#clock.now();
    return {
      answered: (serverTime) => {
        const at = typeof serverTime === 'string' ? Date.parse(serverTime) : Number.NaN;
        // A server that does not say so: its clock is taken for right.
        if (!Number.isNaN(at)) this.#ms = within(this.#ms, askedAt - at, this.#clock.now() - at);
        return this.#ms;
      },
    };
  }
}

const within = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
