import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import type { Clock, Log } from '#platform';
import type { AccessQuestion } from '../iam/access.ts';
import type { AwsRequest, AwsService } from '../ports.ts';
import { tellUnserved } from '../rest/unserved-operation.ts';
import { dynamoDbQuestions } from './access.ts';
import { Database, type DiskWatch, type ItemChange, space } from './database.ts';
import {
  asDynamoDbError,
  DynamoDbError,
  internalError,
  serializationError,
  tableNotFound,
  unknownOperation,
  validationError,
} from './errors.ts';
import {
  checkInput,
  checkShape,
  type Document,
  OPERATIONS,
  type Operation,
  runAction,
} from './operations.ts';
import { checkRequestSize } from './request-size.ts';
import { type Account, StagedStore } from './staged-store.ts';
import { withGivenNames, withTableNames } from './table-arns.ts';
import {
  changeSettings,
  SETTINGS_OPERATIONS,
  settingsAskedFor,
  settingsOf,
  type TableSettings,
} from './table-settings.ts';
import { printOf, type TableAnswer, type TableWitness } from './table-witness.ts';
import { Transactions } from './transactions.ts';
import { TtlSweeper } from './ttl-sweeper.ts';

/** Largest request body, bytes. Source: DynamoDB Developer Guide, "Quotas", API-specific limits: 16 MB. */
export const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
/** The members of UpdateTable that are handled as settings here. */
const SETTINGS_MEMBERS = ['TableName', 'DeletionProtectionEnabled', 'StreamSpecification'];
/**
 * The service labels a stream with its creation time. Here a table has at most one stream, so the label is
 * constant.
 */
export const STREAM_LABEL = 'local';
const TARGET_PREFIX = 'DynamoDB_20120810.';
/** The names of the served operations. */
const SERVED: readonly string[] = [
  ...new Set([
    ...Object.keys(OPERATIONS),
    ...Object.keys(SETTINGS_OPERATIONS),
    'TransactWriteItems',
    'TransactGetItems',
  ]),
].sort();

export interface DynamoDbOptions {
  /**
   * The folder of the tables, created if missing, used by one process at a time. If undefined, tables are in
   * memory.
   */
  folder: string | undefined;
  clock: Clock;
  log: Log;
  /** Twelve digits, used in ARNs. */
  accountId: string;
  region: string;
  /** Is notified when the tables cannot be written. */
  disk?: DiskWatch;
  /** Called after every write. */
  onChange?: () => void;
}

/**
 * DynamoDB over JSON 1.0, API version 2012-08-10. dynalite validates requests and performs the actions;
 * storage, transactions, time to live and the protocol are our own.
 */
export class DynamoDb implements AwsService {
  /** Chooses who observes the HTTP requests of clients and their answers. */
  witness: TableWitness | undefined;
  readonly #database: Database;
  readonly #account: Account;
  readonly #log: Log;
  readonly #transactions: Transactions;
  readonly #sweeper: TtlSweeper;

  private constructor(database: Database, options: DynamoDbOptions) {
    this.#database = database;
    this.#account = { accountId: options.accountId, region: options.region };
    this.#log = options.log;
    this.#transactions = new Transactions(database, this.#account, options.clock);
    this.#sweeper = new TtlSweeper(database, this.#account, options.clock, options.log);
    this.#sweeper.start();
    const { onChange } = options;
    const { onCommit } = database;
    if (onChange) {
      database.onCommit = (writes) => {
        onCommit(writes);
        onChange();
      };
    }
  }

  /** Opens the tables. Rejects with a one-sentence message if the folder cannot be used. */
  static async open(options: DynamoDbOptions): Promise<DynamoDb> {
    return new DynamoDb(await Database.open(options.folder, options.disk), options);
  }

  get operations() {
    return SERVED;
  }

  get signingNames() {
    return ['dynamodb'] as const;
  }

  /**
   * Performs one operation by its name (`CreateTable`, `PutItem`, …) with its JSON input, which is not
   * modified. Rejects with `DynamoDbError`.
   */
  async call(operation: string, input: Document): Promise<Document> {
    return this.#perform(operation, structuredClone(input));
  }

  /** Reports every change of the table's items from now on, in order. @returns a function that stops this */
  watch(table: string, hear: (change: ItemChange) => void): () => void {
    return this.#database.watch(table, hear);
  }

  /** The view type of the table's stream; undefined if it has no stream. */
  streamViewType(table: string): string | undefined {
    return settingsOf(this.#database, table).streamViewType;
  }

  questions({ headers, body }: AwsRequest): AccessQuestion[] {
    const target = String(headers['x-amz-target'] ?? '');
    if (!target.startsWith(TARGET_PREFIX)) return [];
    return dynamoDbQuestions(
      target.slice(TARGET_PREFIX.length),
      parseBody(body ?? Buffer.from('{}')),
      this.#account,
    );
  }

  async handle(request: AwsRequest): Promise<void> {
    let answer: TableAnswer;
    try {
      const target = String(request.headers['x-amz-target'] ?? '');
      const body = request.body ?? (await readBody(request.incoming));
      if (request.method !== 'POST' || !target.startsWith(TARGET_PREFIX)) throw unknownOperation();
      const name = target.slice(TARGET_PREFIX.length);
      if (!this.operations.includes(name)) {
        throw unknownOperation(tellUnserved(request, 'DynamoDB', this.operations, name));
      }
      answer = await this.#witnessed(request, name, parseBody(body));
    } catch (error) {
      answer = this.#refusal(request, error);
    }
    sendJson(request.response, request.requestId, answer.status, answer.body);
  }

  async #witnessed(request: AwsRequest, operation: string, input: Document): Promise<TableAnswer> {
    const observer = this.witness?.(request.headers['x-amzn-trace-id']?.toString());
    const asked = observer && { operation, print: printOf(operation, input) };
    const instead = asked && observer.answerInstead?.(asked);
    const answer = await this.#perform(operation, input).then(
      (body) => ({ status: 200, body }),
      (error: unknown) => this.#refusal(request, error),
    );
    const given = instead ?? answer;
    if (asked) observer.answered?.(asked, given);
    return given;
  }

  #refusal({ requestId }: AwsRequest, error: unknown): TableAnswer {
    const refusal = error instanceof DynamoDbError ? error : internalError();
    // A full disk has already been reported, once.
    if (refusal.statusCode >= 500 && !this.#database.isInTrouble) {
      this.#log.error('an operation on a table failed', { requestId, error: String(error) });
    }
    return { status: refusal.statusCode, body: refusal.body };
  }

  /** Stops the sweeper, waits for pending writes and closes the files. */
  async close(): Promise<void> {
    await this.#sweeper.close();
    await this.#database.close();
  }

  async #perform(name: string, given: Document): Promise<Document> {
    try {
      checkRequestSize(name, given);
      checkShape(given);
      const { input, arns } = withTableNames(given, this.#account);
      return withGivenNames(await this.#dispatch(name, input), arns);
    } catch (error) {
      throw asDynamoDbError(error);
    }
  }

  async #dispatch(name: string, input: Document): Promise<Document> {
    await this.#database.ready();
    if (name === 'TransactWriteItems') return this.#transactions.write(input);
    if (name === 'TransactGetItems') return this.#transactions.get(input);
    const settings = Object.hasOwn(SETTINGS_OPERATIONS, name) ? SETTINGS_OPERATIONS[name] : undefined;
    if (settings) return settings(this.#database, input);
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (!operation) throw unknownOperation();
    return this.#run(name, operation, input);
  }

  async #run(name: string, operation: Operation, input: Document): Promise<Document> {
    const returnsItem = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    const { Tags: tags } = input;
    const settings = operation.kind === 'table' ? settingsAskedFor(input) : undefined;
    const store = new StagedStore(this.#database, this.#account, input);
    const isOther = (member: string): boolean => !SETTINGS_MEMBERS.includes(member);
    if (name === 'UpdateTable' && settings && !Object.keys(input).some(isOther)) {
      return this.#setTable(String(input.TableName), settings);
    }
    const data = checkInput(operation, input, store);
    if (operation.kind === 'read') {
      const answer = await runAction(operation, data, store);
      return name === 'DescribeTable' ? this.#withSettings(answer) : answer;
    }
    if (operation.kind === 'table') {
      return this.#database.exclusively(() =>
        this.#changeTable(name, operation, data, store, { tags, settings }),
      );
    }
    return this.#database.exclusively(async () => {
      try {
        const answer = await runAction(operation, data, store);
        await this.#database.commit(store.writes);
        return answer;
      } catch (error) {
        const refusal = asDynamoDbError(error);
        if (returnsItem && store.existing && refusal instanceof DynamoDbError) {
          if (refusal.name === 'ConditionalCheckFailedException') refusal.body.Item = store.existing;
        }
        throw refusal;
      }
    });
  }

  /**
   * Creates, changes or deletes a table: commits its final state and everything that belongs to it at once.
   */
  async #changeTable(
    name: string,
    operation: Operation,
    data: Document,
    store: StagedStore,
    extra: { tags: unknown; settings: TableSettings | undefined },
  ): Promise<Document> {
    const table = String(data.TableName);
    if (name === 'DeleteTable' && settingsOf(this.#database, table).deletionProtection) {
      throw validationError(
        `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first: ${table}`,
      );
    }
    if (name === 'UpdateTable' && !this.#database.table(table)) throw tableNotFound(table);
    const settled = new Promise<void>((resolve) => {
      store.onTableSettled = resolve;
    });
    // The answer shows the table in transition (CREATING); the description changes until it reaches its final
    // state.
    const answer = structuredClone(await runAction(operation, data, store));
    await settled;
    const writes = store.writes;
    if (name === 'DeleteTable') writes.push({ type: 'del', key: space.settings + table });
    if (name === 'CreateTable' && Array.isArray(extra.tags)) {
      for (const tag of extra.tags as { Key: string; Value: string }[]) {
        writes.push({ type: 'put', key: space.tags(table) + String(tag.Key), value: String(tag.Value) });
      }
    }
    await this.#database.commit(writes);
    if (extra.settings && name !== 'DeleteTable') await changeSettings(this.#database, table, extra.settings);
    return answer;
  }

  /** Performs an UpdateTable that contains only settings unknown to dynalite. */
  async #setTable(table: string, settings: TableSettings): Promise<Document> {
    const description = this.#database.table(table);
    if (!description) throw tableNotFound(table);
    await this.#database.exclusively(() => changeSettings(this.#database, table, settings));
    return { TableDescription: this.#withSettings({ Table: description }).Table };
  }

  #withSettings(answer: Document): Document {
    const table = answer.Table as Document & { TableName: string };
    const { deletionProtection = false, streamViewType } = settingsOf(this.#database, table.TableName);
    const { region, accountId } = this.#account;
    const arn = `arn:aws:dynamodb:${region}:${accountId}:table/${table.TableName}`;
    const stream = streamViewType && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: streamViewType },
      LatestStreamLabel: STREAM_LABEL,
      LatestStreamArn: `${arn}/stream/${STREAM_LABEL}`,
    };
    return { Table: { ...table, ...stream, DeletionProtectionEnabled: deletionProtection } };
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and discarded, so that the client receives the answer.
    if (bytes <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_REQUEST_BYTES) {
    throw new DynamoDbError(413, {
      __type: 'com.amazon.coral.service#RequestEntityTooLargeException',
      message: `The request has ${bytes} bytes; at most ${MAX_REQUEST_BYTES} are accepted`,
    });
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function parseBody(body: Buffer): Document {
  let input: unknown;
  try {
    input = JSON.parse(body.toString('utf8'));
  } catch {
    throw serializationError('The request body is not JSON');
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw serializationError('The request body is not a JSON object');
  }
  return input as Document;
}

function sendJson(response: ServerResponse, requestId: string, status: number, answer: Document): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(JSON.stringify(answer));
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': body.length,
    'x-amzn-requestid': requestId,
    'x-amz-crc32': crc32(body),
  });
  response.end(body);
}
