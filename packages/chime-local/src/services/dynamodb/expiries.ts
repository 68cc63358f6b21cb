import type { Item } from 'dynalite/db/index.js';
import type { Write } from './database.ts';

/** Seconds that fall together: items are looked for at the end of the period in which they expire. Ours. */
const PERIOD_S = 15;

/**
 * When the items of one table expire: filled by one walk through the table, and kept by what is written from then on, so that a
 * sweep looks at those whose time has come and at no others.
 */
export class Expiries {
  readonly attribute: string;
  readonly #periodOf = new Map<string, number>();
  readonly #keysOf = new Map<number, Set<string>>();

  constructor(attribute: string) {
    this.attribute = attribute;
  }

  /** An item as the walk finds it; one that was written since the walk began is known better. */
  found(key: string, item: Item): void {
    if (!this.#periodOf.has(key)) this.set(key, item);
  }

  /** The item as it is now; undefined: there is none any more. */
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

  /** Keys of items whose time may have come. */
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

/** Tells the expiries of each table what a commit has written to it. `prefixOf`: of a table's items. */
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
