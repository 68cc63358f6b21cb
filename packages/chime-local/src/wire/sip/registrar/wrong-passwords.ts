import { sourceKey } from '../transport/source-key.ts';

/**
 * Number of wrong passwords that one source may send in a row; a phone with an old password tries two or
 * three times.
 */
export const WRONG_PASSWORDS = 10;
/** A wrong password is forgotten after this time, ms. */
const FORGOTTEN_MS = 30_000;
/**
 * Number of sources that are remembered; the one whose last wrong password is oldest makes way for a new one.
 */
const SOURCES = 1_000;

/** Counts the wrong passwords of each source. */
export class WrongPasswords {
  readonly #bySource = new Map<string, { count: number; at: number }>();

  /** Records a wrong password. Returns whether this source has sent too many. */
  note(address: string, now: number): boolean {
    const source = sourceKey(address);
    const before = this.#bySource.get(source);
    const left = before ? Math.max(0, before.count - (now - before.at) / FORGOTTEN_MS) : 0;
    const count = Math.min(left, WRONG_PASSWORDS) + 1;
    this.#bySource.delete(source);
    this.#bySource.set(source, { count, at: now });
    for (const oldest of this.#bySource.keys()) {
      if (this.#bySource.size <= SOURCES) break;
      this.#bySource.delete(oldest);
    }
    return count > WRONG_PASSWORDS;
  }
}
