import { mkdir } from 'node:fs/promises';
import type { Item, Level, RangeOptions, Table } from 'dynalite/db/index.js';
import dynalite from 'dynalite/db/index.js';

/** One write of a batch; LevelDB applies a batch wholly or not at all, also when the process dies. */
export type Write = { type: 'put'; key: string; value: unknown } | { type: 'del'; key: string };

/** Items read from disk at once when a range is walked. */
const READ_AHEAD = 128;

/** The name spaces of the one LevelDB. `~` is in no table or index name. */
export const space = {
  tables: 'table~',
  items: (table: string) => `item-${table}~`,
  index: (kind: string, table: string, index: string) => `index-${kind.toLowerCase()}~${table}~${index}~`,
  tags: (table: string) => `tag-${table}~`,
  settings: 'settings~',
} as const;

/**
 * The stored tables: LevelDB in a folder (opened by dynalite), a cache of table descriptions, and a queue
 * that lets one write run at a time, so that a condition that was checked still holds when its write lands.
 */
export class Database {
  readonly #level: Level;
  readonly #tables = new Map<string, Table | undefined>();
  #writes: Promise<unknown> = Promise.resolve();

  private constructor(level: Level) {
    this.#level = level;
  }

  /** Opens (or makes) the folder. Fails when another process has it open. */
  static async open(folder: string): Promise<Database> {
    await mkdir(folder, { recursive: true });
    const level = dynalite.create({ path: folder }).db;
    try {
      await level.open();
    } catch (error) {
      const cause = (error as { cause?: { code?: string; message?: string } }).cause;
      throw new Error(
        cause?.code === 'LEVEL_LOCKED'
          ? `The tables in ${folder} are open in another process: end it, or choose another data folder.`
          : `The tables in ${folder} cannot be opened: ${cause?.message ?? String(error)}.`,
      );
    }
    return new Database(level);
  }

  get(key: string): unknown {
    return this.#level.getSync(key);
  }

  /** The description of a table, shared: not to be changed. Undefined: there is none. */
  table(name: string): Table | undefined {
    if (!this.#tables.has(name)) {
      this.#tables.set(name, this.#level.getSync(space.tables + name) as Table | undefined);
    }
    return this.#tables.get(name);
  }

  /** Runs writers one after another; what one throws is its caller's alone. */
  exclusively<T>(writer: () => Promise<T>): Promise<T> {
    const result = this.#writes.then(writer);
    this.#writes = result.catch(() => {});
    return result;
  }

  /** All of the writes, or none. Only from inside `exclusively`. */
  async commit(writes: Write[]): Promise<void> {
    if (writes.length === 0) return;
    await this.#level.batch(writes);
    for (const { key } of writes) {
      if (key.startsWith(space.tables)) this.#tables.delete(key.slice(space.tables.length));
    }
  }

  /**
   * Walks the keys that begin with `prefix` in order, as they were when the walk began; `range` is relative
   * to it. `visit` returns false to stop.
   */
  async walk(
    prefix: string,
    range: RangeOptions,
    visit: (key: string, value: unknown) => boolean,
  ): Promise<void> {
    const iterator = this.#level.iterator(prefixed(prefix, range));
    try {
      for (;;) {
        const entries = await iterator.nextv(
          range.limit && range.limit > 0 ? Math.min(range.limit, READ_AHEAD) : READ_AHEAD,
        );
        if (entries.length === 0) return;
        for (const [key, value] of entries) if (!visit(key.slice(prefix.length), value)) return;
      }
    } finally {
      await iterator.close();
    }
  }

  async tableNames(): Promise<string[]> {
    const names: string[] = [];
    await this.walk(space.tables, {}, (name) => names.push(name) > 0);
    return names;
  }

  async close(): Promise<void> {
    await this.#writes;
    await this.#level.close();
  }
}

function prefixed(prefix: string, range: RangeOptions): RangeOptions {
  const options: RangeOptions = { limit: range.limit ?? -1, reverse: range.reverse ?? false };
  if (range.gt !== undefined) options.gt = prefix + range.gt;
  else options.gte = prefix + (range.gte ?? '');
  if (range.lte !== undefined) options.lte = prefix + range.lte;
  else if (range.lt !== undefined) options.lt = prefix + range.lt;
  // U+FFFF sorts after every character of a key.
  else options.lt = `${prefix}\uffff`;
  return options;
}

/** An item's key attributes. */
export function keyOf(item: Item, table: Table): Item {
  return Object.fromEntries(table.KeySchema.map(({ AttributeName: name }) => [name, item[name] ?? {}]));
}
