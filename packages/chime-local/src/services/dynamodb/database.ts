import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Item, Level, RangeOptions, Table } from 'dynalite/db/index.js';
import dynalite from 'dynalite/db/index.js';

/** One write of a batch. LevelDB applies a batch entirely or not at all, even if the process dies. */
export type Write = { type: 'put'; key: string; value: unknown } | { type: 'del'; key: string };

/** Number of items that are read from disk at a time while a range is walked. */
const READ_AHEAD = 128;

/** The key prefixes of the one LevelDB database. No table or index name contains `~`. */
export const space = {
  tables: 'table~',
  items: (table: string) => `item-${table}~`,
  index: (kind: string, table: string, index: string) => `index-${kind.toLowerCase()}~${table}~${index}~`,
  tags: (table: string) => `tag-${table}~`,
  settings: 'settings~',
} as const;

/** Is notified when the tables can no longer be written, and when they can be written again. */
export interface DiskWatch {
  onTrouble(error: Error, folder: string): void;
  onRecovery(folder: string): void;
}

/** An item that was written, replaced or removed. */
export interface ItemChange {
  keys: Item;
  before?: Item;
  after?: Item;
  /** True if the item was removed because its time to live was over. */
  expired: boolean;
}

/**
 * Bytes that must be free on the disk, in addition to what opening rewrites, before the tables are reopened.
 * Ours.
 */
const PROBE_BYTES = 64 * 1024;
/** Files that are read and rewritten when the tables are opened. LevelDB, "Files": log, manifest. */
const WRITTEN_ANEW = /\.log$|^MANIFEST-/;
/** Maximum size of the tables that are copied to memory while the folder cannot be opened, in bytes. Ours. */
const MAX_COPIED_BYTES = 128 * 1024 * 1024;

/**
 * The stored tables: LevelDB in a folder or in memory (opened by dynalite), a cache of table descriptions,
 * and a queue that runs one writer at a time, so that a checked condition still holds when its write is
 * committed.
 */
export class Database {
  #level: Level;
  readonly #folder: string | undefined;
  readonly #watch: DiskWatch | undefined;
  /**
   * True after a failed write: LevelDB's log may end with half a record, so the folder must be reopened
   * before the next write.
   */
  #suspect = false;
  #reopening: Promise<void> | undefined;
  /** True while reads come from a copy in memory, because the folder could not be reopened. */
  #isCopy = false;
  readonly #tables = new Map<string, Table | undefined>();
  /** Called with every batch that was written. */
  onCommit: (writes: readonly Write[]) => void = () => {};
  #writes: Promise<unknown> = Promise.resolve();
  /** The listeners for changes of a table's items, by the prefix of the items' keys. */
  readonly #watchers = new Map<string, { table: string; hear: Set<(change: ItemChange) => void> }>();

  private constructor(level: Level, folder: string | undefined, watch: DiskWatch | undefined) {
    this.#level = level;
    this.#folder = folder;
    this.#watch = watch;
  }

  /**
   * Opens the folder, creating it if needed. Without a folder, tables are in memory. Fails if another process
   * has it open.
   */
  static async open(folder: string | undefined, watch?: DiskWatch): Promise<Database> {
    if (folder !== undefined) await mkdir(folder, { recursive: true });
    return new Database(await openLevel(folder), folder, watch);
  }

  get(key: string): unknown {
    return this.#level.getSync(key);
  }

  /** The description of a table, or undefined if there is none. It is shared and must not be modified. */
  table(name: string): Table | undefined {
    if (!this.#tables.has(name)) {
      this.#tables.set(name, this.#level.getSync(space.tables + name) as Table | undefined);
    }
    return this.#tables.get(name);
  }

  /** Runs writers one at a time. An error of one writer reaches only its own caller. */
  exclusively<T>(writer: () => Promise<T>): Promise<T> {
    const result = this.#writes.then(writer);
    this.#writes = result.catch(() => {});
    return result;
  }

  /**
   * Reports every change of the table's items, in order, once it is written.
   * @returns a function that stops this
   */
  watch(table: string, hear: (change: ItemChange) => void): () => void {
    const prefix = space.items(table);
    const watchers = this.#watchers.get(prefix) ?? { table, hear: new Set() };
    this.#watchers.set(prefix, watchers);
    watchers.hear.add(hear);
    return () => {
      watchers.hear.delete(hear);
      if (watchers.hear.size === 0) this.#watchers.delete(prefix);
    };
  }

  /**
   * Collects the pending changes for their listeners. The returned functions are to be called once the writes
   * succeeded.
   */
  #changes(writes: readonly Write[], expired: boolean): (() => void)[] {
    if (this.#watchers.size === 0) return [];
    return writes.flatMap((write) => {
      const watchers = this.#watchers.get(write.key.slice(0, write.key.indexOf('~') + 1));
      const table = watchers && this.table(watchers.table);
      if (!watchers || !table) return [];
      const before = this.get(write.key) as Item | undefined;
      const after = write.type === 'put' ? (write.value as Item) : undefined;
      const item = after ?? before;
      if (!item || isDeepStrictEqual(before, after)) return [];
      const change = {
        keys: keyOf(item, table),
        ...(before ? { before } : {}),
        ...(after ? { after } : {}),
        expired,
      };
      return [...watchers.hear].map((hear) => () => hear(change));
    });
  }

  /**
   * Writes all of the writes or none. Call it only inside `exclusively`. `expired`: the items' time to live
   * is over.
   */
  async commit(writes: Write[], { expired = false }: { expired?: boolean } = {}): Promise<void> {
    if (writes.length === 0) return;
    const tell = this.#changes(writes, expired);
    try {
      if (this.#suspect && this.#folder !== undefined) await this.#openAnew(this.#folder);
      await this.#level.batch(writes);
    } catch (error) {
      this.#failed(error as Error);
      throw error;
    }
    if (this.#suspect && this.#folder !== undefined) this.#watch?.onRecovery(this.#folder);
    this.#suspect = false;
    for (const { key } of writes) {
      if (key.startsWith(space.tables)) this.#tables.delete(key.slice(space.tables.length));
    }
    for (const one of tell) one();
    this.onCommit(writes);
  }

  /** Whether the last write failed. `onTrouble` has then been called. */
  get isInTrouble(): boolean {
    return this.#suspect;
  }

  /** Records a failed write. An in-memory database fails only if it is closed, and is never reopened. */
  #failed({ cause, message }: Error): void {
    const folder = this.#folder;
    if (folder === undefined) return;
    this.#suspect = true;
    const why = cause instanceof Error ? cause.message : message;
    this.#watch?.onTrouble(new Error(`${folder} cannot be written (${why}). Is the disk full?`), folder);
  }

  /** Resolves when the tables can be read: immediately, except while they are being reopened. */
  async ready(): Promise<void> {
    await this.#reopening?.catch(() => {});
  }

  /** Reopens the folder. Rejects while the disk is full; the tables remain readable. */
  async #openAnew(folder: string): Promise<void> {
    const probe = path.join(folder, 'probe');
    const bytes = await bytesOf(folder);
    try {
      await writeFile(probe, Buffer.alloc(PROBE_BYTES + bytes.writtenAnew));
    } finally {
      await rm(probe, { force: true });
    }
    this.#reopening = this.#reopen(folder, bytes.all <= MAX_COPIED_BYTES);
    try {
      await this.#reopening;
    } finally {
      this.#reopening = undefined;
    }
  }

  /**
   * Another process may have used up the space meanwhile; a copy in memory is then read until the next
   * attempt.
   */
  async #reopen(folder: string, copied: boolean): Promise<void> {
    const former = this.#level;
    if (!this.#isCopy) {
      if (copied) this.#level = await copyOf(former);
      this.#isCopy = copied;
      await former.close();
    }
    this.#level = await openLevel(folder);
    this.#isCopy = false;
  }

  /**
   * Walks the keys that begin with `prefix`, in order, as they were when the walk began. `range` is relative
   * to the prefix. `visit` returns false to stop.
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

async function openLevel(folder: string | undefined): Promise<Level> {
  const level = dynalite.create(folder === undefined ? {} : { path: folder }).db;
  try {
    await level.open();
    return level;
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    throw new Error(
      cause?.code === 'LEVEL_LOCKED'
        ? `The tables in ${folder} are open in another process: end it, or choose another data folder.`
        : `The tables in ${folder} cannot be opened: ${cause?.message ?? String(error)}.`,
    );
  }
}

/** Total size of the files in the folder, in bytes. */
async function bytesOf(folder: string): Promise<{ all: number; writtenAnew: number }> {
  const bytes = { all: 0, writtenAnew: 0 };
  for (const name of await readdir(folder)) {
    const size = await stat(path.join(folder, name)).then(
      (file) => file.size,
      () => 0,
    );
    bytes.all += size;
    if (WRITTEN_ANEW.test(name)) bytes.writtenAnew += size;
  }
  return bytes;
}

/** Copies the whole database to memory. */
async function copyOf(level: Level): Promise<Level> {
  const copy = await openLevel(undefined);
  const iterator = level.iterator({});
  try {
    for (;;) {
      const entries = await iterator.nextv(READ_AHEAD);
      if (entries.length === 0) return copy;
      await copy.batch(entries.map(([key, value]) => ({ type: 'put', key, value })));
    }
  } finally {
    await iterator.close();
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

/** The key attributes of an item. */
export function keyOf(item: Item, table: Table): Item {
  return Object.fromEntries(table.KeySchema.map(({ AttributeName: name }) => [name, item[name] ?? {}]));
}
