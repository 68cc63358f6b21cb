import { Stream } from 'node:stream';
import type { Callback, Item, RangeOptions, Store, SubStore, Table } from 'dynalite/db/index.js';
import dynalite from 'dynalite/db/index.js';
import { type Database, space, type Write } from './database.ts';
import { tableNotFound, validationError } from './errors.ts';
import type { Document } from './operations.ts';
import { indexSets, settleSets } from './quick-sets.ts';

/**
 * Maximum size of an item in bytes. Source: DynamoDB Developer Guide, "Service, account, and table quotas":
 * 400 KB.
 */
export const MAX_ITEM_BYTES = 409_600;

export interface Account {
  accountId: string;
  region: string;
}

/**
 * The store that dynalite's actions use. They read the database through it, and their writes are staged here
 * until they are committed as one batch: an item and its index entries, or a whole transaction, are stored
 * together or not at all. Callbacks run synchronously, so that an error thrown by an action reaches its
 * caller.
 *
 * Index entries end with the item's own key. dynalite shortens that key to 24 bits, so two items with the
 * same index key would occasionally replace each other.
 */
export class StagedStore implements Store {
  readonly options = {
    maxItemSize: MAX_ITEM_BYTES,
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  };
  readonly tableDb: Store['tableDb'];
  /** The item that the last action found under its key. */
  existing: Item | undefined;
  /** The validated request of the running action. */
  request: Document = {};
  /** Called with an error that an action's callback threw while a range was read. */
  onFailure: (error: unknown) => void = () => {};
  /**
   * Called when a table's description is written for the second time; the first one shows the table in
   * transition.
   */
  onTableSettled: () => void = () => {};
  #tableWrites = 0;
  readonly #database: Database;
  readonly #writes = new Map<string, Write>();
  readonly #startKey: Item | undefined;
  readonly #allAttributesOf: string | undefined;
  #itemKey = '';

  /** @param request for a query or scan: where it continues and what it selects */
  constructor(database: Database, account: Account, request: Record<string, unknown> = {}) {
    this.#database = database;
    this.#startKey = request.ExclusiveStartKey as Item | undefined;
    this.#allAttributesOf =
      request.Select === 'ALL_ATTRIBUTES' ? (request.IndexName as string | undefined) : undefined;
    this.tableDb = Object.assign(this.#tableStore(), {
      awsAccountId: account.accountId,
      awsRegion: account.region,
    });
  }

  /** The staged writes, to be committed. */
  get writes(): Write[] {
    return [...this.#writes.values()];
  }

  getItemDb(table: string): SubStore {
    const store = this.#subStore(space.items(table));
    return {
      ...store,
      get: (key, callback) => {
        this.#itemKey = key;
        this.existing = this.#item(space.items(table) + key);
        settleSets(this.request, this.existing);
        callback(null, this.existing);
      },
      put: (key, value, callback) => {
        this.#refuseEmptyIndexKeys(table, value as Item);
        store.put(key, value, callback);
      },
      createValueStream: (range = {}) =>
        this.#stream(space.items(table), range, (_key, value) => asItem(value)),
    };
  }

  /** Refuses empty keys of an index. dynalite itself checks the table's own key. */
  #refuseEmptyIndexKeys(name: string, item: Item): void {
    const table = this.#database.table(name);
    const indexes = [...(table?.GlobalSecondaryIndexes ?? []), ...(table?.LocalSecondaryIndexes ?? [])];
    for (const { IndexName, KeySchema } of indexes) {
      for (const { AttributeName } of KeySchema) {
        const value = item[AttributeName];
        if (value?.S !== '' && value?.B !== '') continue;
        const kind = value.S === '' ? 'string' : 'binary';
        throw validationError(
          'One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
            `The AttributeValue for a key attribute cannot contain an empty ${kind} value. ` +
            `IndexName: ${IndexName}, IndexKey: ${AttributeName}`,
        );
      }
    }
  }

  getIndexDb(indexType: string, tableName: string, index: string): SubStore {
    const prefix = space.index(indexType, tableName, index);
    const store = this.#subStore(prefix);
    return {
      ...store,
      put: (key, value, callback) => store.put(`${key}/${this.#itemKey}`, value, callback),
      del: (key, callback) => store.del(`${key}/${this.#itemKey}`, callback),
      createValueStream: (range = {}) => {
        const table = this.#database.table(tableName);
        if (!table) throw tableNotFound(tableName);
        const whole = index === this.#allAttributesOf && indexType === 'local';
        return this.#stream(prefix, this.#continued(range, table), (_key, value) =>
          whole
            ? this.#item(space.items(tableName) + dynalite.createKey(value as Item, table))
            : asItem(value),
        );
      },
    };
  }

  getTagDb(table: string): SubStore {
    return this.#subStore(space.tags(table));
  }

  deleteItemDb(table: string, callback: Callback<void>): void {
    this.#removeAll(space.items(table), callback);
  }

  deleteIndexDb(indexType: string, table: string, index: string, callback: Callback<void>): void {
    this.#removeAll(space.index(indexType, table, index), callback);
  }

  deleteTagDb(table: string, callback: Callback<void>): void {
    this.#removeAll(space.tags(table), callback);
  }

  getTable(name: string, checkStatus: boolean | Callback<Table>, callback?: Callback<Table>): void {
    const done = typeof checkStatus === 'function' ? checkStatus : callback!;
    const table = this.#database.table(name);
    if (!table) {
      // dynalite's tag actions check this error name.
      done(Object.assign(tableNotFound(name), { name: 'NotFoundError' }));
    } else if (checkStatus === false) {
      // The actions that request the table this way change its description.
      done(null, structuredClone(table));
    } else {
      done(null, this.#allAttributesOf ? withWholeIndex(table, this.#allAttributesOf) : table);
    }
  }

  #tableStore(): SubStore {
    const store = this.#subStore(space.tables);
    return {
      ...store,
      put: (name, value, callback) => {
        store.put(name, structuredClone(value), callback);
        this.#countTableWrite();
      },
      del: (name, callback) => {
        store.del(name, callback);
        this.#countTableWrite();
      },
    };
  }

  #countTableWrite(): void {
    this.#tableWrites++;
    if (this.#tableWrites === 2) this.onTableSettled();
  }

  #subStore(prefix: string): SubStore {
    const put = (key: string, value: unknown) => {
      this.#writes.set(prefix + key, { type: 'put', key: prefix + key, value });
    };
    const del = (key: string) => {
      this.#writes.set(prefix + key, { type: 'del', key: prefix + key });
    };
    const values = (range: RangeOptions = {}) => this.#stream(prefix, range, (_key, value) => value);
    return {
      // Writers run one at a time, so there is nothing to lock.
      lock: (_key, run) => run((callback) => callback),
      get: (key, callback) => callback(null, this.#read(prefix + key)),
      put: (key, value, callback) => {
        put(key, value);
        callback(null);
      },
      del: (key, callback) => {
        del(key);
        callback(null);
      },
      batch: (operations, callback) => {
        for (const operation of operations) {
          if (operation.type === 'put') put(operation.key, operation.value);
          else del(operation.key);
        }
        callback(null);
      },
      createKeyStream: (range = {}) => this.#stream(prefix, range, (key) => key),
      createValueStream: values,
    };
  }

  #read(key: string): unknown {
    const staged = this.#writes.get(key);
    if (!staged) return this.#database.get(key);
    return staged.type === 'put' ? structuredClone(staged.value) : undefined;
  }

  #item(key: string): Item | undefined {
    const value = this.#read(key);
    return value === undefined ? undefined : asItem(value);
  }

  #removeAll(prefix: string, callback: Callback<void>): void {
    this.#database
      .walk(prefix, {}, (key) => {
        this.#writes.set(prefix + key, { type: 'del', key: prefix + key });
        return true;
      })
      .then(() => callback(null))
      .catch(this.onFailure);
  }

  /**
   * A range that begins after `ExclusiveStartKey` must include the item's own key, because index entries
   * include it.
   */
  #continued(range: RangeOptions, table: Table): RangeOptions {
    if (!this.#startKey) return range;
    const own = `/${dynalite.createKey(this.#startKey, table)}`;
    const continued = { ...range };
    if (range.reverse && range.lt !== undefined) continued.lt = range.lt + own;
    else if (!range.reverse && range.gt !== undefined) continued.gt = range.gt + own;
    return continued;
  }

  #stream(prefix: string, range: RangeOptions, select: (key: string, value: unknown) => unknown): Stream {
    let open = true;
    const stream = Object.assign(new Stream(), {
      destroy: () => {
        open = false;
      },
    });
    this.#database
      .walk(prefix, range, (key, value) => {
        if (open) stream.emit('data', select(key, value));
        return open;
      })
      .then(() => {
        stream.emit('end');
      })
      .catch((error: unknown) => this.onFailure(error));
    return stream;
  }
}

/** Prepares a stored item for dynalite: with indexed sets and without inherited property names. */
function asItem(value: unknown): Item {
  indexSets(value);
  return Object.assign(Object.create(null), value);
}

/** The table as if that local index held whole items; dynalite then does not fetch them one by one. */
function withWholeIndex(table: Table, name: string): Table {
  if (!table.LocalSecondaryIndexes) return table;
  return {
    ...table,
    LocalSecondaryIndexes: table.LocalSecondaryIndexes.map((index) =>
      index.IndexName === name ? { ...index, Projection: { ProjectionType: 'ALL' } } : index,
    ),
  };
}
