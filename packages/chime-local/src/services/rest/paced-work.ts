/** Comparisons in one turn of the event loop, some 20 ms of them. Ours: the sound of calls waits no longer. */
const COMPARISONS_A_TURN = 500_000;
/** Jobs that may wait: an event or a message of 256 KB each. Ours. */
const MAX_WAITING = 100;

/** Does one step; returns how many comparisons that was, or as long as how many it took. It must not throw. */
export type Step = () => number;

/**
 * Jobs of many steps, one after the other: at once while they are cheap, then in further turns of the event loop. Each rule of a
 * bus, and each subscription of a topic, has a filter; hundreds of slow ones together would stand on the main thread.
 */
export class PacedWork {
  readonly #waiting: Step[][] = [];
  #left = COMPARISONS_A_TURN;
  #nextTurn: NodeJS.Immediate | undefined;

  /** No more is taken for now: the sender has to wait. */
  get isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  do(steps: Step[]): void {
    this.#waiting.push(steps.reverse());
    this.#work();
  }

  /** What waits is not done. */
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
