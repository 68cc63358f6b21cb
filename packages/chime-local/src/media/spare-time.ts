/**
 * Work that takes long and may wait a moment: handshakes. It is done between two slots of the frame clock, a
 * little in each pause, so that many browsers that connect at once do not delay anybody's sound.
 */

/** How much of a pause is used, ms; the last piece of work may exceed it. A slot has 5 ms. */
const SPENT_MS = 1;

export class SpareTime {
  readonly #nowMs: () => number;
  readonly #work: (() => void)[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Queues work, which is done in one of the next pauses, in order. */
  readonly add = (work: () => void): void => {
    this.#work.push(work);
  };

  /** Whether no work is waiting. */
  get idle(): boolean {
    return this.#work.length === 0;
  }

  /** To be called in each pause. */
  spend(): void {
    if (this.#work.length === 0) return;
    const until = this.#nowMs() + SPENT_MS;
    do this.#work.shift()?.();
    while (this.#work.length > 0 && this.#nowMs() < until);
  }
}
