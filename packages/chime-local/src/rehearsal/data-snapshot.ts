import { unmarshall } from '@aws-sdk/util-dynamodb';
import { isObject, UserError } from '#platform';
import type { QuietRuntime } from '#runtime';

type Tables = QuietRuntime['cloud']['tables'];
type Item = Record<string, unknown>;

/** Characters that are not part of an id. */
const ID_ENDS = /[^\w-]+/;

/** The tables of an application, as they are now and as they were when a rehearsal began. */
export class DataSnapshot {
  readonly #tables: Tables;
  readonly #items: ReadonlyMap<string, readonly Item[]>;

  private constructor(tables: Tables, items: ReadonlyMap<string, readonly Item[]>) {
    this.#tables = tables;
    this.#items = items;
  }

  static async take(tables: Tables): Promise<DataSnapshot> {
    const items = new Map<string, readonly Item[]>();
    for (const name of await tableNames(tables)) items.set(name, await scan(tables, name));
    return new DataSnapshot(tables, items);
  }

  /** @throws UserError if there is no such table */
  async items(name: string): Promise<Record<string, unknown>[]> {
    const names = await tableNames(this.#tables);
    const fitting = names.includes(name) ? [name] : names.filter((other) => other.includes(name));
    const [only] = fitting;
    if (only === undefined || fitting.length > 1) {
      const what = names.length > 0 ? `name one of ${names.join(', ')}` : 'the application has none';
      throw new UserError(`${fitting.length} tables fit ${JSON.stringify(name)}: ${what}.`);
    }
    return (await scan(this.#tables, only)).map(
      (item) => plain(unmarshall(item as Parameters<typeof unmarshall>[0])) as Item,
    );
  }

  /**
   * Removes what a call has left: items that have its id in one of their values. The copied tables are of a
   * time after the call, and the function would take what it did then as already done.
   */
  async removeTraces(transactionId: string): Promise<void> {
    for (const name of await tableNames(this.#tables)) {
      await this.#remove(name, (item) => names(item, transactionId));
    }
  }

  /**
   * Puts every table back to what it had. Unchanged items are left alone, as a copy of a stack's tables may
   * be large.
   */
  async restore(): Promise<void> {
    for (const name of await tableNames(this.#tables)) {
      const missing = new Map((this.#items.get(name) ?? []).map((Item) => [JSON.stringify(Item), Item]));
      await this.#remove(name, (item) => !missing.delete(JSON.stringify(item)));
      for (const Item of missing.values()) await this.#tables.call('PutItem', { TableName: name, Item });
    }
  }

  async #remove(name: string, fits: (item: Item) => boolean): Promise<void> {
    const { Table } = (await this.#tables.call('DescribeTable', { TableName: name })) as {
      Table: { KeySchema: { AttributeName: string }[] };
    };
    const keys = Table.KeySchema.map(({ AttributeName }) => AttributeName);
    for (const item of (await scan(this.#tables, name)).filter(fits)) {
      const Key = Object.fromEntries(keys.map((key) => [key, item[key]]));
      await this.#tables.call('DeleteItem', { TableName: name, Key });
    }
  }
}

/** The value as JSON has it: a set is a list, and an integer with more digits than a number can hold is a text. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Set) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

/** Whether the value contains this id, on its own or as a part of a text such as `call#ID`. */
function names(value: unknown, id: string): boolean {
  if (typeof value === 'string') return value.split(ID_ENDS).includes(id);
  return typeof value === 'object' && value !== null && Object.values(value).some((part) => names(part, id));
}

async function tableNames(tables: Tables): Promise<string[]> {
  const { TableNames } = (await tables.call('ListTables', {})) as { TableNames: string[] };
  return TableNames;
}

async function scan(tables: Tables, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  let ExclusiveStartKey: unknown;
  do {
    const page = (await tables.call('Scan', {
      TableName,
      ConsistentRead: true,
      ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
    })) as { Items: Item[]; LastEvaluatedKey?: unknown };
    items.push(...page.Items);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
}
