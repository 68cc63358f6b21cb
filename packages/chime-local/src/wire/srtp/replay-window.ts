/** Packets behind the newest that are still told apart (RFC 3711 section 3.3.2 asks for 64 at least). */
export const REPLAY_WINDOW = 128;

const WORDS = REPLAY_WINDOW / 32;

/** Which packets of one stream have been taken, by index: a packet counts once, however often it comes. */
export class ReplayWindow {
  /** The highest index taken, -1 before the first. */
  highest = -1;
  /** A bit for each of the last indices; that of index n is bit n modulo the window. */
  readonly #taken = new Uint32Array(WORDS);

  /** Whether a packet of that index may still be taken. */
  allows(index: number): boolean {
    if (index > this.highest) return true;
    if (index <= this.highest - REPLAY_WINDOW) return false;
    const bit = index % REPLAY_WINDOW;
    return (((this.#taken[bit >>> 5] as number) >>> (bit & 31)) & 1) === 0;
  }

  /** Notes a packet that was allowed and is genuine. */
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
