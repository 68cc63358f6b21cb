import type { Item } from 'dynalite/db/index.js';
import type { Clock, Log } from '#platform';
import { type Database, keyOf, space } from './database.ts';
import { Expiries, noteWrites } from './expiries.ts';
import { OPERATIONS, runAction } from './operations.ts';
import { type Account, StagedStore } from './staged-store.ts';
import { settingsOf } from './table-settings.ts';

/**
 * Milliseconds between two sweeps. AWS promises deletion within days; somebody who watches a table wants it
 * sooner.
 */
export const SWEEP_INTERVAL_MS = 30_000;
/**
 * A time further in the past is considered a mistake. Source: DynamoDB Developer Guide, "Using time to live":
 * 5 years.
 */
const MAX_AGE_SECONDS = 5 * 365 * 86_400;

/** Deletes expired items table by table. Each table is walked once; afterwards its writes are tracked. */
export class TtlSweeper {
  readonly #database: Database;
  readonly #account: Account;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #expiries = new Map<string, Expiries>();
  #cancel: () => void = () => {};
  #closed = false;
  #running: Promise<void> = Promise.resolve();

  constructor(database: Database, account: Account, clock: Clock, log: Log) {
    this.#database = database;
    this.#account = account;
    this.#clock = clock;
    this.#log = log;
    database.onCommit = (writes) => {
      noteWrites(writes, this.#expiries, space.items);
      // The table was deleted, recreated, or got another attribute: it must be walked again.
      for (const { key } of writes) {
        if (key.startsWith(space.tables)) this.#expiries.delete(key.slice(space.tables.length));
      }
    };
  }

  start(): void {
    this.#cancel = this.#clock.after(SWEEP_INTERVAL_MS, () => {
      this.#running = this.sweep()
        .catch((error: unknown) =>
          this.#log.error('items past their time to live were not removed', { error: String(error) }),
        )
        .then(() => {
          if (!this.#closed) this.start();
        });
    });
  }

  /** Stops the sweeper and waits for a running sweep. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#running;
  }

  /** Removes the items that have expired by now. Returns the number of items removed. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const name of await this.#database.tableNames()) {
      const attribute = settingsOf(this.#database, name).timeToLiveAttribute;
      if (attribute === undefined) {
        this.#expiries.delete(name);
        continue;
      }
      const expiries = await this.#expiriesOf(name, attribute);
      let items = 0;
      for (const key of expiries.due(this.#clock.now() / 1000)) {
        if (this.#closed) break;
        if (await this.#database.exclusively(() => this.#remove(name, key, expiries))) items++;
      }
      removed += items;
      if (items > 0) this.#log.info('removed items past their time to live', { table: name, items });
    }
    return removed;
  }

  async #expiriesOf(table: string, attribute: string): Promise<Expiries> {
    const known = this.#expiries.get(table);
    if (known?.attribute === attribute) return known;
    const expiries = new Expiries(attribute);
    // From now on the expiries receive every write, while the walk sees the table as it is at this moment.
    this.#expiries.set(table, expiries);
    await this.#database.walk(space.items(table), {}, (key, item) => {
      expiries.found(key, item as Item);
      return !this.#closed;
    });
    return expiries;
  }

  async #remove(name: string, key: string, expiries: Expiries): Promise<boolean> {
    // The item is read again, because it may have been renewed or its table deleted.
    const table = this.#database.table(name);
    const item = this.#database.get(space.items(name) + key) as Item | undefined;
    if (!table || !item || !this.#hasExpired(item, expiries.attribute)) {
      if (!item || this.#isTooOld(item, expiries.attribute)) expiries.set(key, undefined);
      return false;
    }
    const store = new StagedStore(this.#database, this.#account);
    await runAction(OPERATIONS.DeleteItem!, { TableName: name, Key: keyOf(item, table) }, store);
    await this.#database.commit(store.writes, { expired: true });
    return true;
  }

  #hasExpired(item: Item, attribute: string): boolean {
    const age = this.#ageOf(item, attribute);
    return age >= 0 && age < MAX_AGE_SECONDS;
  }

  #isTooOld(item: Item, attribute: string): boolean {
    return this.#ageOf(item, attribute) >= MAX_AGE_SECONDS;
  }

  /** Seconds since the item expired; NaN if it has no expiry time. */
  #ageOf(item: Item, attribute: string): number {
    const value = item[attribute]?.N;
    return typeof value === 'string' ? this.#clock.now() / 1000 - Number(value) : Number.NaN;
  }
}
