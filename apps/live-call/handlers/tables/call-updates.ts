/**
 * The table `callUpdates`: how far each update has come. Items: `pk` = `update`, `sk` = the update id, which
 * sorts by time. The API's function and the SMA handler write to the same record in any order; a step never
 * overwrites what a later step has written.
 */
import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { UpdateRecord } from '#contract';
import { conditional, expiry } from './document-client.ts';

const UPDATES = 'update';
const SEEN_BEFORE =
  ', seenAt = if_not_exists(seenAt, :seenAt), transactionId = if_not_exists(transactionId, :transactionId), updateInfo = if_not_exists(updateInfo, :updateInfo), fromNumber = if_not_exists(fromNumber, :fromNumber)';
/** Milliseconds for which an update is shown. */
export const UPDATE_RECORD_MS = 3_600_000;

/** What the API's function knows about an update that the voice service has accepted. */
export type AcceptedUpdate = Pick<UpdateRecord, 'updateId' | 'transactionId' | 'updateInfo' | 'via'> & {
  acceptedAt: string;
} & {
  [Named in 'meetingId' | 'attendeeId' | 'fromNumber' | 'everyone' | 'orderId']?:
    | UpdateRecord[Named]
    | undefined;
};

/** What the handler knows about an update that has reached it. */
export type SeenUpdate = Pick<UpdateRecord, 'updateId' | 'transactionId' | 'updateInfo'> & {
  /** The caller whom it concerns: a script that ordered it may not have said so. */
  fromNumber: string;
  /**
   * `Sequence` of the event that brought it: the same event may arrive twice, but another event with that
   * update must not be acted on.
   */
  sequence: number;
};

/** What the handler knew about an update that it carried out, to be recorded only with its outcome. */
export interface UnwrittenSeen {
  transactionId: string;
  updateInfo: string;
  fromNumber: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export type UpdateOutcome =
  | { status: 'done' }
  | { status: 'failed'; reason: string }
  | { status: 'interrupted'; reason: string };

export class CallUpdatesTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** The handler may have been quicker: a status that it has written stays. */
  async recordAccepted(update: AcceptedUpdate, now: number): Promise<void> {
    const { updateId, ...members } = update;
    const given = Object.entries(members).filter(([, value]) => value !== undefined);
    const assignments = given.map(([name]) => `#${name} = :${name}`);
    await this.#update(
      updateId,
      {
        UpdateExpression: `SET ${assignments.join(', ')}, #status = if_not_exists(#status, :accepted), expiresAt = :expiresAt`,
        ExpressionAttributeNames: {
          '#status': 'status',
          ...Object.fromEntries(given.map(([name]) => [`#${name}`, name])),
        },
        ExpressionAttributeValues: {
          ':accepted': 'accepted',
          ':expiresAt': expiry(now, UPDATE_RECORD_MS),
          ...Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
        },
      },
      undefined,
    );
  }

  /** The handler has the update and acts on it. False: it has acted on it before. */
  recordSeen(update: SeenUpdate, now: number): Promise<boolean> {
    return this.#update(
      update.updateId,
      {
        UpdateExpression:
          'SET transactionId = :transactionId, updateInfo = :updateInfo, seenAt = :at, seenSequence = :sequence, fromNumber = if_not_exists(fromNumber, :fromNumber), #status = :seen, expiresAt = :expiresAt',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':transactionId': update.transactionId,
          ':updateInfo': update.updateInfo,
          ':fromNumber': update.fromNumber,
          ':sequence': update.sequence,
          ':at': new Date(now).toISOString(),
          ':seen': 'seen',
          ':accepted': 'accepted',
          ':expiresAt': expiry(now, UPDATE_RECORD_MS),
        },
      },
      'attribute_not_exists(#status) OR #status = :accepted OR (#status = :seen AND seenSequence = :sequence)',
    );
  }

  /** The handler has the update and does nothing about it. */
  async recordRefused(update: SeenUpdate, reason: string, now: number): Promise<void> {
    if (!(await this.recordSeen(update, now))) return;
    await this.recordOutcome(update.updateId, { status: 'failed', reason }, now);
  }

  /** The first outcome counts. `seen`: what `recordSeen` would have written, if it was not called. */
  async recordOutcome(
    updateId: string,
    outcome: UpdateOutcome,
    now: number,
    seen?: UnwrittenSeen,
  ): Promise<void> {
    const reason = outcome.status === 'done' ? undefined : outcome.reason;
    await this.#update(
      updateId,
      {
        UpdateExpression:
          'SET endedAt = :at, #status = :status, expiresAt = :expiresAt' +
          (seen === undefined ? '' : SEEN_BEFORE) +
          (reason === undefined ? '' : ', reason = :reason'),
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':at': new Date(now).toISOString(),
          ':status': outcome.status,
          ':expiresAt': expiry(now, UPDATE_RECORD_MS),
          ...(seen === undefined
            ? {}
            : {
                ':seenAt': new Date(seen.at).toISOString(),
                ':transactionId': seen.transactionId,
                ':updateInfo': seen.updateInfo,
                ':fromNumber': seen.fromNumber,
              }),
          ...(reason === undefined ? {} : { ':reason': reason }),
        },
      },
      'attribute_not_exists(endedAt)',
    );
  }

  /** The newest updates first, none that began before `since` (an update id sorts by its time). */
  async newest(limit: number, since: string): Promise<UpdateRecord[]> {
    const { Items } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND sk > :since',
        ExpressionAttributeValues: attributes({ ':pk': UPDATES, ':since': since }),
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    return (Items ?? []).map(
      (item) => ({ ...plainValues(item), updateId: item.sk?.S ?? '' }) as unknown as UpdateRecord,
    );
  }

  async #update(
    updateId: string,
    input: {
      UpdateExpression: string;
      ExpressionAttributeNames: Record<string, string>;
      ExpressionAttributeValues: Record<string, string | number | undefined>;
    },
    condition: string | undefined,
  ): Promise<boolean> {
    return conditional(
      this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: attributes({ pk: UPDATES, sk: updateId }),
          ...input,
          ExpressionAttributeValues: attributes(input.ExpressionAttributeValues),
          ConditionExpression: condition,
        }),
      ),
    );
  }
}

/** Converts our values to DynamoDB's attribute values; undefined ones are left out. */
function attributes(values: Record<string, string | number | undefined>): Record<string, AttributeValue> {
  const written: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) written[name] = typeof value === 'number' ? { N: String(value) } : { S: value };
  }
  return written;
}

function plainValues(item: Record<string, AttributeValue>): Record<string, string | number | undefined> {
  return Object.fromEntries(
    Object.entries(item).map(([name, { S, N }]) => [name, N === undefined ? S : Number(N)]),
  );
}
