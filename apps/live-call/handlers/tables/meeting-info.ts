/**
 * The table `meetingInfo`: who is in which meeting now. Items:
 *
 * | pk        | sk                            | what                                                      |
 * |-----------|-------------------------------|-----------------------------------------------------------|
 * | `call`    | `<meetingId>#<transactionId>` | a {@link StoredCallRow}: one caller                       |
 * | `line`    | `<meetingId>#<number>`        | which call holds that number's attendee in that meeting   |
 * | `browser` | `<meetingId>#<attendeeId>`    | an operator's attendee: `browser-attendees.ts`            |
 *
 * All calls lie in one partition, so that one Query reads all callers, or those of one meeting.
 */
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { MEETING_MAX_MS } from 'pstn-audio';
import type { CallRow } from '#contract';
import { conditional, expiry } from './document-client.ts';

const CALLS = 'call';
const LINES = 'line';
/** Writes of one answer that run concurrently; DynamoDB clients hold 50 connections. */
const WRITES_AT_ONCE = 25;

/** A row as it is stored. */
export interface StoredCallRow extends CallRow {
  /** When the call was last known to be in progress, in milliseconds since the epoch. */
  verifiedAt: number;
}

export interface MutedChange {
  muted: boolean;
  by: NonNullable<CallRow['mutedBy']>;
}

export class MeetingInfoTable {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(documents: DynamoDBDocumentClient, table: string) {
    this.#documents = documents;
    this.#table = table;
  }

  /** Writes the row of a caller who is joining. A repeated event does not set a joined row back. */
  async put(row: CallRow, now: number): Promise<void> {
    const item = { ...rowKey(row.meetingId, row.transactionId), ...row, verifiedAt: now };
    const isNew = await conditional(
      this.#documents.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...item, expiresAt: expiry(now, MEETING_MAX_MS) },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
    if (!isNew) await this.#change(row.meetingId, row.transactionId, { attendeeId: row.attendeeId });
  }

  /** Records that the caller is in the meeting. */
  async markJoined(meetingId: string, transactionId: string, now: number): Promise<void> {
    const joinedAt = new Date(now).toISOString();
    await this.#change(meetingId, transactionId, { status: 'joined', joinedAt, verifiedAt: now });
  }

  /** Never recreates a row that is gone. */
  async setMuted(rows: Pick<CallRow, 'meetingId' | 'transactionId'>[], change: MutedChange): Promise<void> {
    for (let start = 0; start < rows.length; start += WRITES_AT_ONCE) {
      const writes = rows.slice(start, start + WRITES_AT_ONCE).map(({ meetingId, transactionId }) =>
        this.#change(meetingId, transactionId, {
          muted: change.muted,
          mutedBy: change.muted ? change.by : undefined,
        }),
      );
      await Promise.all(writes);
    }
  }

  async remove(meetingId: string, transactionId: string): Promise<void> {
    await this.#documents.send(
      new DeleteCommand({ TableName: this.#table, Key: rowKey(meetingId, transactionId) }),
    );
  }

  /** The callers in one meeting, or all callers. */
  async rows(meetingId?: string): Promise<StoredCallRow[]> {
    const rows: StoredCallRow[] = [];
    let from: QueryCommandInput['ExclusiveStartKey'];
    do {
      const page = await this.#documents.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression:
            meetingId === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :meeting)',
          ExpressionAttributeValues: {
            ':pk': CALLS,
            ...(meetingId === undefined ? {} : { ':meeting': `${meetingId}#` }),
          },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        }),
      );
      rows.push(...((page.Items ?? []) as StoredCallRow[]));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return rows;
  }

  /**
   * Claims the verification of a row: of several concurrent requests, one gets it. The row counts as verified
   * from now on, so a request that claims it and learns nothing must call {@link restoreVerifiedAt}.
   */
  claimVerification(row: StoredCallRow, now: number): Promise<boolean> {
    return this.#setVerifiedAt(row, row.verifiedAt, now);
  }

  restoreVerifiedAt(row: StoredCallRow, claimedAt: number): Promise<boolean> {
    return this.#setVerifiedAt(row, claimedAt, row.verifiedAt);
  }

  #setVerifiedAt(row: StoredCallRow, expected: number, next: number): Promise<boolean> {
    return conditional(
      this.#documents.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: rowKey(row.meetingId, row.transactionId),
          UpdateExpression: 'SET verifiedAt = :next',
          ConditionExpression: 'verifiedAt = :expected',
          ExpressionAttributeValues: { ':next': next, ':expected': expected },
        }),
      ),
    );
  }

  /**
   * The first call of a number in a meeting takes the number's line. False for a second call of the same
   * number: it needs its own attendee, or it would displace the first one.
   */
  takeLine(meetingId: string, number: string, transactionId: string, now: number): Promise<boolean> {
    return conditional(
      this.#documents.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...lineKey(meetingId, number), transactionId, expiresAt: expiry(now, MEETING_MAX_MS) },
          ConditionExpression: 'attribute_not_exists(pk) OR transactionId = :me',
          ExpressionAttributeValues: { ':me': transactionId },
        }),
      ),
    );
  }

  async releaseLine(meetingId: string, number: string, transactionId: string): Promise<void> {
    await conditional(
      this.#documents.send(
        new DeleteCommand({
          TableName: this.#table,
          Key: lineKey(meetingId, number),
          ConditionExpression: 'transactionId = :me',
          ExpressionAttributeValues: { ':me': transactionId },
        }),
      ),
    );
  }

  /** Sets members of an existing row; an undefined one is removed. */
  async #change(
    meetingId: string,
    transactionId: string,
    members: { [Member in keyof StoredCallRow]?: StoredCallRow[Member] | undefined },
  ): Promise<void> {
    const entries = Object.entries(members);
    const set = entries.filter(([, value]) => value !== undefined);
    const remove = entries.filter(([, value]) => value === undefined);
    const expression =
      `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}` +
      (remove.length === 0 ? '' : ` REMOVE ${remove.map(([name]) => `#${name}`).join(', ')}`);
    await conditional(
      this.#documents.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: rowKey(meetingId, transactionId),
          UpdateExpression: expression,
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
          ExpressionAttributeValues: Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
        }),
      ),
    );
  }
}

function rowKey(meetingId: string, transactionId: string): { pk: string; sk: string } {
  return { pk: CALLS, sk: `${meetingId}#${transactionId}` };
}

function lineKey(meetingId: string, number: string): { pk: string; sk: string } {
  return { pk: LINES, sk: `${meetingId}#${number}` };
}
