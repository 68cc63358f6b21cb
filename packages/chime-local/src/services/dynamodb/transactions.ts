import { createHash } from 'node:crypto';
import type { Item } from 'dynalite/db/index.js';
import dynalite from 'dynalite/db/index.js';
import { type Clock, isObject } from '#platform';
import type { Database, Write } from './database.ts';
import {
  asDynamoDbError,
  type CancellationReason,
  DynamoDbError,
  idempotentMismatch,
  transactionCanceled,
  validationError,
} from './errors.ts';
import { checkInput, type Document, OPERATIONS, type Operation, runAction } from './operations.ts';
import { type Account, StagedStore } from './staged-store.ts';

/** Maximum number of operations per transaction. Source: DynamoDB API Reference, TransactWriteItems. */
export const MAX_TRANSACTION_ITEMS = 100;
/** Maximum total size of the items of a transaction in bytes (same source: 4 MB). */
export const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;
/** How long a ClientRequestToken is remembered (same source: ten minutes). */
const TOKEN_MEMORY_MS = 600_000;
/** How many tokens are remembered; the oldest are forgotten first. Limits this server's memory. */
const MAX_TOKENS = 10_000;

interface Step {
  kind: 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
  operation: Operation;
  data: Document;
  returnsItem: boolean;
}

const STEPS: Readonly<Record<Step['kind'], Operation>> = {
  Put: OPERATIONS.PutItem!,
  Update: OPERATIONS.UpdateItem!,
  Delete: OPERATIONS.DeleteItem!,
  // A ConditionCheck has the key and condition of a delete, which is never carried out.
  ConditionCheck: OPERATIONS.DeleteItem!,
};

/** Performs TransactWriteItems and TransactGetItems. */
export class Transactions {
  readonly #database: Database;
  readonly #account: Account;
  readonly #clock: Clock;
  readonly #tokens = new Map<string, { at: number; digest: string }>();

  constructor(database: Database, account: Account, clock: Clock) {
    this.#database = database;
    this.#account = account;
    this.#clock = clock;
  }

  async write(input: Document): Promise<Document> {
    transactItems(input);
    const digest = createHash('sha256')
      .update(canonicalJson(input.TransactItems ?? null))
      .digest('hex');
    const token = input.ClientRequestToken;
    const steps = this.#steps(input);
    return this.#database.exclusively(async () => {
      if (typeof token === 'string' && this.#isRepeated(token, digest)) return {};
      await this.#database.commit(await this.#stage(steps));
      if (typeof token === 'string') this.#remember(token, digest);
      return {};
    });
  }

  async get(input: Document): Promise<Document> {
    const requests = transactItems(input).map((item) => {
      const get = item.Get;
      if (typeof get !== 'object' || get === null) throw validationError('Every TransactItem needs a Get');
      const store = new StagedStore(this.#database, this.#account);
      return { store, data: checkInput(OPERATIONS.GetItem!, get as Document, store) };
    });
    // All reads run in one turn of the event loop, so no write can happen in between.
    const answers = await Promise.all(
      requests.map(({ store, data }) => runAction(OPERATIONS.GetItem!, data, store)),
    );
    return { Responses: answers.map((answer) => (answer.Item ? { Item: answer.Item } : {})) };
  }

  #steps(input: Document): Step[] {
    let bytes = 0;
    const steps = transactItems(input).map((item): Step => {
      const kinds = Object.keys(STEPS).filter((kind) => item[kind] != null) as Step['kind'][];
      const kind = kinds[0];
      if (kinds.length !== 1 || kind === undefined) {
        throw validationError(
          'TransactItems can only contain one of Check, Put, Update or Delete: give exactly one for each item',
        );
      }
      const request = item[kind] as Document;
      const returnsItem = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
      if (kind === 'ConditionCheck' && typeof request.ConditionExpression !== 'string') {
        throw validationError('The ConditionExpression of a ConditionCheck must not be null');
      }
      const operation = STEPS[kind];
      const data = checkInput(operation, request, new StagedStore(this.#database, this.#account));
      bytes += dynalite.itemSize((data.Item ?? data.Key ?? {}) as Item);
      return { kind, operation, data, returnsItem };
    });
    if (bytes > MAX_TRANSACTION_BYTES) {
      throw validationError('Collection size of items in transaction exceeded limit of 4 MB');
    }
    return steps;
  }

  /**
   * Returns the writes of all steps. Throws TransactionCanceledException with a reason for each step if one
   * fails.
   */
  async #stage(steps: Step[]): Promise<Write[]> {
    const writes: Write[] = [];
    const reasons: CancellationReason[] = [];
    const seen = new Set<string>();
    for (const step of steps) {
      const store = new StagedStore(this.#database, this.#account);
      this.#refuseSecondUse(step, seen);
      try {
        await runAction(step.operation, step.data, store);
        if (step.kind !== 'ConditionCheck') writes.push(...store.writes);
        reasons.push({ Code: 'None' });
      } catch (error) {
        reasons.push(cancellationReason(asDynamoDbError(error), step, store));
      }
    }
    if (reasons.some((reason) => reason.Code !== 'None')) throw transactionCanceled(reasons);
    return writes;
  }

  #refuseSecondUse(step: Step, seen: Set<string>): void {
    const name = step.data.TableName as string;
    const table = this.#database.table(name);
    if (!table) return;
    const item = (step.data.Item ?? step.data.Key) as Item;
    let key: string;
    try {
      key = `${name}~${dynalite.createKey(item, table)}`;
    } catch {
      // The key does not fit the table; the action itself reports that.
      return;
    }
    if (seen.has(key)) {
      throw validationError('Transaction request cannot include multiple operations on one item');
    }
    seen.add(key);
  }

  #isRepeated(token: string, digest: string): boolean {
    const known = this.#tokens.get(token);
    if (!known || this.#clock.now() - known.at > TOKEN_MEMORY_MS) return false;
    if (known.digest !== digest) throw idempotentMismatch();
    return true;
  }

  #remember(token: string, digest: string): void {
    const now = this.#clock.now();
    this.#tokens.delete(token);
    this.#tokens.set(token, { at: now, digest });
    for (const [oldest, { at }] of this.#tokens) {
      if (this.#tokens.size <= MAX_TOKENS && now - at <= TOKEN_MEMORY_MS) break;
      this.#tokens.delete(oldest);
    }
  }
}

/** JSON with sorted object members, because their order has no meaning (RFC 8259 section 4). */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    isObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}

function transactItems(input: Document): Document[] {
  const items = input.TransactItems;
  if (!Array.isArray(items) || items.length < 1 || items.length > MAX_TRANSACTION_ITEMS) {
    throw validationError(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length between 1 and ${MAX_TRANSACTION_ITEMS}`,
    );
  }
  for (const item of items) {
    if (typeof item !== 'object' || item === null)
      throw validationError('Every TransactItem must be an object');
  }
  return items as Document[];
}

function cancellationReason(error: unknown, step: Step, store: StagedStore): CancellationReason {
  if (!(error instanceof DynamoDbError) || error.name === 'ResourceNotFoundException') throw error;
  if (error.name === 'ConditionalCheckFailedException') {
    const reason: CancellationReason = { Code: 'ConditionalCheckFailed', Message: error.message };
    return step.returnsItem && store.existing ? { ...reason, Item: store.existing } : reason;
  }
  return {
    Code: error.name.replace(/(Exception|Error)$/, '').replace(/^Validation$/, 'ValidationError'),
    Message: error.message,
  };
}
