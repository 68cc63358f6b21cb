import type { Item } from 'dynalite/db/index.js';
import type { Clock, Log } from '#platform';
import { type Database, keyOf, space } from './database.ts';
import { OPERATIONS, runAction } from './operations.ts';
import { type Account, StagedStore } from './staged-store.ts';
import { settingsOf } from './table-settings.ts';

/** Milliseconds between two sweeps. AWS promises days; a person who watches a table wants it soon. */
export const SWEEP_INTERVAL_MS = 30_000;
/** Older than this, a time is taken for a mistake. Source: DynamoDB Developer Guide, "Using time to live": 5 years. */
const MAX_AGE_SECONDS = 5 * 365 * 86_400;

/** Deletes items whose time to live is over, table by table. */
export class TtlSweeper {
  readonly #database: Database;
  readonly #account: Account;
  readonly #clock: Clock;
  readonly #log: Log;
  #cancel: () => void = () => {};
  #closed = false;
  #running: Promise<void> = Promise.resolve();

  constructor(database: Database, account: Account, clock: Clock, log: Log) {
    this.#database = database;
    this.#account = account;
    this.#clock = clock;
    this.#log = log;
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

  /** Ends; waits for a sweep that runs. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#running;
  }

  /** Removes what has expired now. The number of items removed. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const name of await this.#database.tableNames()) {
      const attribute = settingsOf(this.#database, name).timeToLiveAttribute;
      if (attribute === undefined) continue;
      const expired: string[] = [];
      await this.#database.walk(space.items(name), {}, (key, item) => {
        if (this.#hasExpired(item as Item, attribute)) expired.push(key);
        return !this.#closed;
      });
      for (const key of expired) {
        if (await this.#database.exclusively(() => this.#remove(name, key, attribute))) removed++;
      }
      if (expired.length > 0)
        this.#log.info('removed items past their time to live', { table: name, items: expired.length });
    }
    return removed;
  }

  async #remove(name: string, key: string, attribute: string): Promise<boolean> {
    // Read again: since the walk it may have been renewed, or its table dropped.
    const table = this.#database.table(name);
    const item = this.#database.get(space.items(name) + key) as Item | undefined;
    if (!table || !item || !this.#hasExpired(item, attribute)) return false;
    const store = new StagedStore(this.#database, this.#account);
    await runAction(OPERATIONS.DeleteItem!, { TableName: name, Key: keyOf(item, table) }, store);
    await this.#database.commit(store.writes, { expired: true });
    return true;
  }

  #hasExpired(item: Item, attribute: string): boolean {
    const value = item[attribute]?.N;
    if (typeof value !== 'string') return false;
    const age = this.#clock.now() / 1000 - Number(value);
    return age >= 0 && age < MAX_AGE_SECONDS;
  }
}
