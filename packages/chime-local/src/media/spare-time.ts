/**
 * Work that takes long and may wait a moment: handshakes. It is done between two slots of the frame clock, a little in
 * each pause, so that many browsers that come at once do not make anybody's sound late.
 */

/** So much of a pause is spent, ms; the last piece may take it further. A slot has 5 ms. */
const SPENT_MS = 1;

export class SpareTime {
  readonly #nowMs: () => number;
  readonly #work: (() => void)[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The work is done in one of the next pauses, in order. */
  readonly add = (work: () => void): void => {
    this.#work.push(work);
  };

  /** Nothing waits to be done. */
  get idle(): boolean {
    return this.#work.length === 0;
  }

  /** A pause has come. */
  spend(): void {
    if (this.#work.length === 0) return;
    const until = this.#nowMs() + SPENT_MS;
    do this.#work.shift()?.();
    while (this.#work.length > 0 && this.#nowMs() < until);
  }
}
