/**
 * Maximum number of comparisons per turn of the event loop, about 20 ms of work. Ours: the audio of calls
 * must not be delayed longer.
 */
const COMPARISONS_A_TURN = 500_000;
/** Maximum number of waiting jobs, each of which holds an event or message of up to 256 KB. Ours. */
const MAX_WAITING = 100;

/**
 * Performs one step and returns its cost in comparisons, or in units of the same duration. It must not throw.
 */
export type Step = () => number;

/**
 * Runs jobs of many steps one after the other: immediately while they are cheap, then in further turns of the
 * event loop. Each rule of a bus and each subscription of a topic has a filter; hundreds of slow ones
 * together would block the main thread.
 */
export class PacedWork {
  readonly #waiting: Step[][] = [];
  #left = COMPARISONS_A_TURN;
  #nextTurn: NodeJS.Immediate | undefined;

  /** Whether too many jobs are waiting to accept another. The sender must then retry later. */
  get isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  do(steps: Step[]): void {
    this.#waiting.push(steps.reverse());
    this.#work();
  }

  /** Drops all waiting jobs. */
  close(): void {
    clearImmediate(this.#nextTurn);
    this.#waiting.length = 0;
  }

  #work(): void {
    for (let steps = this.#waiting[0]; steps && this.#left > 0; steps = this.#waiting[0]) {
      const step = steps.pop();
      if (step) this.#left -= step();
      else this.#waiting.shift();
    }
    if (this.#left === COMPARISONS_A_TURN) return;
    this.#nextTurn ??= setImmediate(() => {
      this.#nextTurn = undefined;
      this.#left = COMPARISONS_A_TURN;
      this.#work();
    });
  }
}
