import type { Item } from 'dynalite/db/index.js';
import type { Write } from './database.ts';

/** Seconds per period. Items are looked for at the end of the period in which they expire. Ours. */
const PERIOD_S = 15;

/**
 * The expiry times of one table's items. They are collected by one walk through the table and then kept up to
 * date by every write, so that a sweep only looks at items that are due.
 */
export class Expiries {
  readonly attribute: string;
  readonly #periodOf = new Map<string, number>();
  readonly #keysOf = new Map<number, Set<string>>();

  constructor(attribute: string) {
    this.attribute = attribute;
  }

  /** Records an item found by the walk, unless it was written since the walk began: that version is newer. */
  found(key: string, item: Item): void {
    if (!this.#periodOf.has(key)) this.set(key, item);
  }

  /** Records the item's current state; undefined if it no longer exists. */
  set(key: string, item: Item | undefined): void {
    const expiresAt = item && Number(item[this.attribute]?.N);
    const period = Number.isFinite(expiresAt) ? Math.floor(Number(expiresAt) / PERIOD_S) : undefined;
    const before = this.#periodOf.get(key);
    if (before === period) return;
    if (before !== undefined) this.#remove(key, before);
    if (period === undefined) {
      this.#periodOf.delete(key);
      return;
    }
    this.#periodOf.set(key, period);
    const keys = this.#keysOf.get(period);
    if (keys) keys.add(key);
    else this.#keysOf.set(period, new Set([key]));
  }

  /** The keys of the items that may have expired. */
  due(seconds: number): string[] {
    const period = Math.floor(seconds / PERIOD_S);
    const keys: string[] = [];
    for (const [each, of] of this.#keysOf) if (each <= period) keys.push(...of);
    return keys;
  }

  #remove(key: string, period: number): void {
    const keys = this.#keysOf.get(period);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOf.delete(period);
  }
}

/**
 * Passes the writes of a commit on to the expiries of each table. `prefixOf` returns the key prefix of a
 * table's items.
 */
export function noteWrites(
  writes: readonly Write[],
  expiries: ReadonlyMap<string, Expiries>,
  prefixOf: (table: string) => string,
): void {
  for (const [table, of] of expiries) {
    const prefix = prefixOf(table);
    for (const write of writes) {
      if (!write.key.startsWith(prefix)) continue;
      of.set(write.key.slice(prefix.length), write.type === 'put' ? (write.value as Item) : undefined);
    }
  }
}
