import { sourceKey } from '../transport/source-key.ts';

/** Wrong passwords that one source may send in a row; a phone with an old password tries two or three times. */
export const WRONG_PASSWORDS = 10;
/** One is forgotten after so long, ms. */
const FORGOTTEN_MS = 30_000;
/** Sources that are remembered; beyond, the one that was wrong longest ago is forgotten. */
const SOURCES = 1_000;

/** Who keeps sending wrong passwords. */
export class WrongPasswords {
  readonly #bySource = new Map<string, { count: number; at: number }>();

  /** Notes one. Whether there are too many of that source by now. */
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
