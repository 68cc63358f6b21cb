/**
 * Types for the part of dynalite 4.0.0 that is used here: its request validation, its expression parsers and
 * its actions on a store. The package ships no types. Its HTTP server is not used.
 */

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';
  export interface Validation {
    types: Record<string, unknown>;
    custom?: (data: Record<string, unknown>, store: Store) => string | undefined;
  }
  interface Validations {
    /** Drops unknown members and checks JSON types. Throws a `DynaliteError`. */
    checkTypes(data: Record<string, unknown>, types: Record<string, unknown>): Record<string, unknown>;
    /**
     * Checks constraints and parses expressions into `_condition`, `_updates`, …. Throws a `DynaliteError`.
     */
    checkValidations(
      data: Record<string, unknown>,
      types: Record<string, unknown>,
      custom: Validation['custom'],
      store: Store,
    ): void;
  }
  const validations: Validations;
  export default validations;
}

declare module 'dynalite/validations/*.js' {
  import type { Validation } from 'dynalite/validations/index.js';

  const validation: Validation;
  export default validation;
}

declare module 'dynalite/db/conditionParser.js' {
  /** The placeholders of a request. A placeholder that is used is removed from the `unused` maps. */
  export interface ExpressionContext {
    attrNames?: Record<string, string>;
    attrVals?: Record<string, Record<string, unknown>>;
    unusedAttrNames: Record<string, true>;
    unusedAttrVals: Record<string, true>;
    isReserved(name: string): boolean;
    /** Whether the comparison, e.g. `GT`, holds for the two values. */
    compare(comparator: string, one: unknown, other: unknown): boolean;
  }
  interface Parser {
    /** Returns the parsed expression or the message of a refusal. Throws a `SyntaxError`. */
    parse(text: string, options: { context: ExpressionContext }): unknown;
  }
  const parser: Parser;
  export default parser;
}

declare module 'dynalite/db/projectionParser.js' {
  export { default } from 'dynalite/db/conditionParser.js';
}

declare module 'dynalite/db/updateParser.js' {
  export { default } from 'dynalite/db/conditionParser.js';
}

declare module 'dynalite/db/index.js' {
  export type Attribute = Record<string, unknown>;
  export type Item = Record<string, Attribute>;
  export interface KeyElement {
    AttributeName: string;
    KeyType: 'HASH' | 'RANGE';
  }
  export interface Index {
    IndexName: string;
    KeySchema: KeyElement[];
    Projection: { ProjectionType: string; NonKeyAttributes?: string[] };
    IndexStatus?: string;
  }
  export interface Table {
    TableName: string;
    TableArn: string;
    TableStatus: string;
    KeySchema: KeyElement[];
    AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
    GlobalSecondaryIndexes?: Index[];
    LocalSecondaryIndexes?: Index[];
  }
  /** What dynalite throws or passes to a callback if a request is invalid. */
  export interface DynaliteError extends Error {
    statusCode: number;
    body: { __type: string; message?: string; Message?: string };
  }
  export type Callback<T> = (error: unknown, value?: T) => void;
  export type Lock = (key: string, run: (release: <F>(callback: F) => F) => void) => void;
  export interface RangeOptions {
    gt?: string;
    gte?: string;
    lt?: string;
    lte?: string;
    limit?: number;
    reverse?: boolean;
  }
  export interface SubStore {
    lock: Lock;
    get(key: string, callback: Callback<unknown>): void;
    put(key: string, value: unknown, callback: Callback<void>): void;
    del(key: string, callback: Callback<void>): void;
    batch(
      operations: { type: 'put' | 'del'; key: string; value?: unknown }[],
      callback: Callback<void>,
    ): void;
    createKeyStream(options?: RangeOptions): import('node:stream').Stream;
    createValueStream(options?: RangeOptions): import('node:stream').Stream;
  }
  /** The interface that the actions expect of a store. */
  export interface Store {
    options: { maxItemSize: number; createTableMs: number; deleteTableMs: number; updateTableMs: number };
    tableDb: SubStore & { awsAccountId: string; awsRegion: string };
    getItemDb(table: string): SubStore;
    deleteItemDb(table: string, callback: Callback<void>): void;
    getIndexDb(indexType: string, table: string, index: string): SubStore;
    deleteIndexDb(indexType: string, table: string, index: string, callback: Callback<void>): void;
    getTagDb(table: string): SubStore;
    deleteTagDb(table: string, callback: Callback<void>): void;
    getTable(
      table: string,
      checkStatusOrCallback: boolean | Callback<Table>,
      callback?: Callback<Table>,
    ): void;
  }
  interface Iterator {
    nextv(size: number): Promise<[string, unknown][]>;
    close(): Promise<void>;
  }
  /** LevelDB with text keys and JSON values. */
  export interface Level {
    open(): Promise<void>;
    close(): Promise<void>;
    getSync(key: string): unknown;
    batch(operations: { type: 'put' | 'del'; key: string; value?: unknown }[]): Promise<void>;
    iterator(options: RangeOptions): Iterator;
  }
  interface Database {
    create(options: { path?: string }): { db: Level };
    createKey(item: Item, table: Table): string;
    validateKey(key: Item, table: Table): DynaliteError | null | undefined;
    checkConditional(data: Record<string, unknown>, item: unknown): DynaliteError | null | undefined;
    /** Whether the comparison, e.g. `GT`, holds for the two attribute values. */
    compare(comparator: string, one: unknown, other: unknown): boolean;
    itemSize(item: Item): number;
    mapPaths(paths: unknown[], item: Item): Item;
  }
  const database: Database;
  export default database;
}

declare module 'dynalite/actions/*.js' {
  import type { Callback, Store } from 'dynalite/db/index.js';

  const action: (
    store: Store,
    data: Record<string, unknown>,
    callback: Callback<Record<string, unknown>>,
  ) => void;
  export default action;
}
