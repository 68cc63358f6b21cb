import { compareKeys } from './names.ts';

/** Up to this many changes are inserted individually; with more, all keys are sorted again. Ours. */
const FEW = 1_000;

/**
 * Keys in S3's order. After a few changes, a listing costs one search per change and does not sort all keys
 * again.
 */
export class SortedKeys {
  #keys: string[] | undefined;
  /** Changes since the keys were sorted: true for an added key, false for a removed one. */
  #changes = new Map<string, boolean>();

  /** Adds a key that is not present. */
  add(key: string): void {
    this.#note(key, true);
  }

  remove(key: string): void {
    this.#note(key, false);
  }

  /**
   * All keys in order. `unsorted` returns them in any order. The result must be neither modified nor kept.
   */
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

/** The position of a key, or the position at which it would be inserted. */
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
