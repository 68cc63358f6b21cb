import { compareKeys } from './names.ts';

/** Changes that are put in their places one by one; with more, all keys are sorted again. Ours. */
const FEW = 1_000;

/** Keys in S3's order. After a few changes a listing costs a search for each, not the order of all. */
export class SortedKeys {
  #keys: string[] | undefined;
  /** Changes since then: true for a new key, false for one that has gone. */
  #changes = new Map<string, boolean>();

  /** The key is new. */
  add(key: string): void {
    this.#note(key, true);
  }

  remove(key: string): void {
    this.#note(key, false);
  }

  /** All of them; `unsorted` has them in any order. Not to be changed, and not to be kept. */
  all(unsorted: () => Iterable<string>): readonly string[] {
    if (!this.#keys) this.#keys = [...unsorted()].sort(compareKeys);
    else {
      for (const [key, there] of this.#changes) {
        const at = placeOf(this.#keys, key);
        const found = this.#keys[at] === key;
        if (there && !found) this.#keys.splice(at, 0, key);
        else if (!there && found) this.#keys.splice(at, 1);
      }
    }
    this.#changes.clear();
    return this.#keys;
  }

  #note(key: string, there: boolean): void {
    if (!this.#keys) return;
    this.#changes.set(key, there);
    if (this.#changes.size <= FEW) return;
    this.#keys = undefined;
    this.#changes.clear();
  }
}

/** Where the key is, or belongs. */
function placeOf(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(keys[middle] ?? '', key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
