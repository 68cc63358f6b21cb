/**
 * The operators who are in meetings with the web client. They are stored in the table `meetingInfo`, beside its calls:
 *
 * | pk        | sk                         | what                                                   |
 * |-----------|----------------------------|--------------------------------------------------------|
 * | `browser` | `<meetingId>#<attendeeId>` | a {@link BrowserRow} and `seenAt`, when it last reported |
 *
 * A page that is closed without leaving no longer reports that it is there; after a while its row is not listed.
 */
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { MEETING_MAX_MS } from 'pstn-audio';
import { type AttendeeRef, type BrowserRow, PRESENCE_MS } from '#contract';
import { conditional, expiry } from './document-client.ts';

const BROWSERS = 'browser';

interface StoredBrowserRow extends BrowserRow {
  /** When the page last reported that it is there, in milliseconds since the epoch. */
  seenAt: number;
}

export class BrowserAttendeesTable {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(documents: DynamoDBDocumentClient, table: string) {
    this.#documents = documents;
    this.#table = table;
  }

  async put(row: BrowserRow, now: number): Promise<void> {
    const Item = { ...key(row), ...row, seenAt: now, expiresAt: expiry(now, MEETING_MAX_MS) };
    await this.#documents.send(new PutCommand({ TableName: this.#table, Item }));
  }

  async find(attendee: AttendeeRef): Promise<BrowserRow | undefined> {
    const { Item } = await this.#documents.send(
      new GetCommand({ TableName: this.#table, Key: key(attendee), ConsistentRead: true }),
    );
    return Item && asRow(Item as StoredBrowserRow);
  }

  /** Never recreates a row that is gone. False when there is none. */
  setMuted(attendee: AttendeeRef, muted: boolean): Promise<boolean> {
    return this.#set(attendee, 'muted', muted);
  }

  /** Records that the attendee's page is still open. False when there is no such attendee. */
  seen(attendee: AttendeeRef, now: number): Promise<boolean> {
    return this.#set(attendee, 'seenAt', now);
  }

  async remove(attendee: AttendeeRef): Promise<void> {
    await this.#documents.send(new DeleteCommand({ TableName: this.#table, Key: key(attendee) }));
  }

  /** The operators whose pages have reported recently. */
  async present(now: number): Promise<BrowserRow[]> {
    const rows: StoredBrowserRow[] = [];
    let from: QueryCommandInput['ExclusiveStartKey'];
    do {
      const page = await this.#documents.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': BROWSERS },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        }),
      );
      rows.push(...((page.Items ?? []) as StoredBrowserRow[]));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return rows.filter(({ seenAt }) => now - seenAt < PRESENCE_MS).map(asRow);
  }

  #set(attendee: AttendeeRef, name: 'muted' | 'seenAt', value: boolean | number): Promise<boolean> {
    return conditional(
      this.#documents.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: key(attendee),
          UpdateExpression: 'SET #name = :value',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':value': value },
        }),
      ),
    );
  }
}

/** The row without the table's own members. */
function asRow(stored: StoredBrowserRow): BrowserRow {
  const { meetingId, attendeeId, displayName, meetingName, audio, joinedAt, muted } = stored;
  return { meetingId, attendeeId, displayName, meetingName, audio, joinedAt, muted };
}

function key({ meetingId, attendeeId }: AttendeeRef): { pk: string; sk: string } {
  return { pk: BROWSERS, sk: `${meetingId}#${attendeeId}` };
}
