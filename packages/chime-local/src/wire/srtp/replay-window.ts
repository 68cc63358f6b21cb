/**
 * Packets up to this far behind the newest are checked for repetition, older ones are refused (RFC 3711
 * section 3.3.2 requires at least 64).
 */
export const REPLAY_WINDOW = 128;

const WORDS = REPLAY_WINDOW / 32;

/** Records by index which packets of a stream have been accepted, so that each is accepted only once. */
export class ReplayWindow {
  /** The highest index accepted; -1 before the first. */
  highest = -1;
  /** One bit for each of the last indices; index n has bit n modulo the window size. */
  readonly #taken = new Uint32Array(WORDS);

  /** Whether a packet with this index may still be accepted. */
  allows(index: number): boolean {
    if (index > this.highest) return true;
    if (index <= this.highest - REPLAY_WINDOW) return false;
    const bit = index % REPLAY_WINDOW;
    return (((this.#taken[bit >>> 5] as number) >>> (bit & 31)) & 1) === 0;
  }

  /** Records a packet that was allowed and is genuine. */
  take(index: number): void {
    const ahead = index - this.highest;
    if (ahead >= REPLAY_WINDOW || this.highest < 0) this.#taken.fill(0);
    else for (let step = 1; step < ahead; step++) this.#clear(this.highest + step);
    const bit = index % REPLAY_WINDOW;
    this.#taken[bit >>> 5] = (this.#taken[bit >>> 5] as number) | (1 << (bit & 31));
    if (ahead > 0) this.highest = index;
  }

  #clear(index: number): void {
    const bit = index % REPLAY_WINDOW;
    this.#taken[bit >>> 5] = (this.#taken[bit >>> 5] as number) & ~(1 << (bit & 31));
  }
}
