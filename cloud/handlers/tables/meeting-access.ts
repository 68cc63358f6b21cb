/**
 * The table `meetingAccess`: what a PIN opens, and how often wrong ones were tried. Items:
 *
 * | pk        | sk                                | what                                                  |
 * |-----------|-----------------------------------|-------------------------------------------------------|
 * | `meeting` | `<pin>`                           | a {@link StoredMeeting}                               |
 * | `name`    | `<sameNameKey>`                   | `pin` of the meeting of that name                     |
 * | `guesses` | `<number>#<window>`, `all#<window>` | `count`: wrong guesses in that window of time       |
 * | `guess`   | `<transactionId>#<sequence>`      | that wrong guess was counted: a repeated event is not |
 *
 * A window is a span of time with a number; the present and the previous one count, so a guess is remembered
 * for one to two windows.
 */
import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { type MeetingEntry, sameNameKey } from '#contract';
import { cancellationReasons, conditional, expiry } from './document-client.ts';

const MEETINGS = 'meeting';
const NAMES = 'name';
const COUNTS = 'guesses';
const GUESS = 'guess';
const EVERYONE = 'all';

/** Milliseconds of a window of wrong guesses. */
export const GUESS_WINDOW_MS = 15 * 60_000;

/** A meeting that can be dialled into, as it is kept. */
export interface StoredMeeting extends MeetingEntry {
  /** Random; names the meeting to Chime, so that the PIN never leaves this table. */
  externalMeetingId: string;
}

/** Wrong guesses lately. */
export interface GuessCounts {
  byNumber: number;
  overall: number;
}

export class MeetingAccessTable {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(documents: DynamoDBDocumentClient, table: string) {
    this.#documents = documents;
    this.#table = table;
  }

  async findByPin(pin: string): Promise<StoredMeeting | undefined> {
    const { Item } = await this.#documents.send(
      new GetCommand({ TableName: this.#table, Key: { pk: MEETINGS, sk: pin } }),
    );
    return Item as StoredMeeting | undefined;
  }

  /**
   * Adds the meeting and takes its name, both or neither. `pinTaken`: try another PIN (also when another write
   * was under way at the same moment).
   */
  async add(meeting: StoredMeeting): Promise<'added' | 'nameTaken' | 'pinTaken'> {
    const put = (Item: Record<string, unknown>) => ({
      Put: { TableName: this.#table, Item, ConditionExpression: 'attribute_not_exists(pk)' },
    });
    const name = { pk: NAMES, sk: sameNameKey(meeting.name), pin: meeting.pin };
    const entry = { pk: MEETINGS, sk: meeting.pin, ...meeting };
    try {
      await this.#documents.send(new TransactWriteCommand({ TransactItems: [put(name), put(entry)] }));
      return 'added';
    } catch (error) {
      const reasons = cancellationReasons(error);
      if (!reasons) throw error;
      return reasons[0] === 'ConditionalCheckFailed' ? 'nameTaken' : 'pinTaken';
    }
  }

  /** At most `limit` meetings. */
  async meetings(limit: number): Promise<StoredMeeting[]> {
    const { Items } = await this.#documents.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': MEETINGS },
        ConsistentRead: true,
        Limit: limit,
      }),
    );
    return (Items ?? []) as StoredMeeting[];
  }

  async guessCounts(number: string, now: number): Promise<GuessCounts> {
    const keys = [...countKeys(number, now), ...countKeys(EVERYONE, now)];
    const { Responses } = await this.#documents.send(
      new BatchGetCommand({ RequestItems: { [this.#table]: { Keys: keys, ConsistentRead: true } } }),
    );
    const items = (Responses?.[this.#table] ?? []) as { sk: string; count: number }[];
    const sum = (name: string): number =>
      items.filter(({ sk }) => sk.startsWith(`${name}#`)).reduce((total, { count }) => total + count, 0);
    return { byNumber: sum(number), overall: sum(EVERYONE) };
  }

  /** Counts a wrong guess once, however often its event is delivered. */
  async countWrongGuess(number: string, transactionId: string, sequence: number, now: number): Promise<void> {
    const expiresAt = expiry(now, 3 * GUESS_WINDOW_MS);
    const add = (name: string) => ({
      Update: {
        TableName: this.#table,
        Key: countKeys(name, now)[0],
        UpdateExpression: 'SET expiresAt = :expiresAt ADD #count :one',
        ExpressionAttributeNames: { '#count': 'count' },
        ExpressionAttributeValues: { ':expiresAt': expiresAt, ':one': 1 },
      },
    });
    await conditional(
      this.#documents.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Put: {
                TableName: this.#table,
                Item: { pk: GUESS, sk: `${transactionId}#${sequence}`, expiresAt },
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            },
            add(number),
            add(EVERYONE),
          ],
        }),
      ),
    );
  }

  /** The number has shown that it knows a PIN. */
  async forgetGuesses(number: string, now: number): Promise<void> {
    await Promise.all(
      countKeys(number, now).map((Key) =>
        this.#documents.send(new DeleteCommand({ TableName: this.#table, Key })),
      ),
    );
  }
}

/** The present window's key, then the previous one's. */
function countKeys(name: string, now: number): { pk: string; sk: string }[] {
  const window = Math.floor(now / GUESS_WINDOW_MS);
  return [window, window - 1].map((index) => ({ pk: COUNTS, sk: `${name}#${index}` }));
}
