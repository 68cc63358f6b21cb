/**
 * The table `meetingAccess`: what a PIN opens, and how often wrong ones were tried. Items:
 *
 * | pk        | sk                                | what                                                  |
 * |-----------|-----------------------------------|-------------------------------------------------------|
 * | `meeting` | `<pin>`                           | a {@link StoredMeeting}                               |
 * | `name`    | `<sameNameKey>`                   | `pin` of the meeting of that name                     |
 * | `guesses` | `<number>#<window>`               | `count`: wrong guesses of the number in that window   |
 * | `guess`   | `<transactionId>#<sequence>`      | that wrong guess was counted: a repeated event is not |
 *
 * Windows are numbered spans of time; the current and the previous one count, so a guess is remembered for
 * one to two windows.
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
import { cancellationReasons, expiry } from './document-client.ts';

const MEETINGS = 'meeting';
const NAMES = 'name';
const COUNTS = 'guesses';
const GUESS = 'guess';
/** Attempts to count a guess or to read the counts: others who guess at the same moment use the same counter. */
const COUNT_ATTEMPTS = 8;

/** Milliseconds of a window of wrong guesses. */
export const GUESS_WINDOW_MS = 15 * 60_000;

/** A meeting that can be dialled into, as it is stored. */
export interface StoredMeeting extends MeetingEntry {
  /** A random id that names the meeting to Chime, so that the PIN never leaves this table. */
  externalMeetingId: string;
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
      new GetCommand({ TableName: this.#table, Key: { pk: MEETINGS, sk: pin }, ConsistentRead: true }),
    );
    return Item as StoredMeeting | undefined;
  }

  /** Finds the meeting by the name that an operator gave it. */
  async findByName(name: string): Promise<StoredMeeting | undefined> {
    const { Item } = await this.#documents.send(
      new GetCommand({
        TableName: this.#table,
        Key: { pk: NAMES, sk: sameNameKey(name) },
        ConsistentRead: true,
      }),
    );
    return Item && this.findByPin(String(Item.pin));
  }

  /**
   * Adds the meeting and reserves its name, either both or neither. `pinTaken`: try another PIN (also when
   * another write happened at the same moment).
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

  /** Recent wrong guesses of the number. */
  async guessCount(number: string, now: number): Promise<number> {
    const items: { pk: string; count: number }[] = [];
    let Keys: Record<string, unknown>[] = numberKeys(number, now);
    for (let attempt = 1; Keys.length > 0; attempt += 1) {
      // This must not count as "no guesses": otherwise those who keep the table busy could guess freely.
      if (attempt > COUNT_ATTEMPTS)
        throw new Error('The wrong guesses could not be read: the table is busy.');
      const { Responses, UnprocessedKeys } = await this.#documents.send(
        new BatchGetCommand({ RequestItems: { [this.#table]: { Keys, ConsistentRead: true } } }),
      );
      items.push(...((Responses?.[this.#table] ?? []) as typeof items));
      Keys = UnprocessedKeys?.[this.#table]?.Keys ?? [];
    }
    return items.reduce((total, { count }) => total + count, 0);
  }

  /**
   * Counts a wrong guess once, however often its event is delivered. DynamoDB cancels concurrent transactions
   * on one counter: they are retried, or many simultaneous callers could guess without being counted.
   */
  async countWrongGuess(number: string, transactionId: string, sequence: number, now: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#documents.send(this.#countingWrite(number, `${transactionId}#${sequence}`, now));
        return;
      } catch (error) {
        const reasons = cancellationReasons(error);
        if (reasons?.[0] === 'ConditionalCheckFailed') return;
        if (!reasons?.includes('TransactionConflict') || attempt >= COUNT_ATTEMPTS) throw error;
      }
    }
  }

  #countingWrite(number: string, guess: string, now: number): TransactWriteCommand {
    const expiresAt = expiry(now, 3 * GUESS_WINDOW_MS);
    const add = (Key: { pk: string; sk: string } | undefined) => ({
      Update: {
        TableName: this.#table,
        Key,
        UpdateExpression: 'SET expiresAt = :expiresAt ADD #count :one',
        ExpressionAttributeNames: { '#count': 'count' },
        ExpressionAttributeValues: { ':expiresAt': expiresAt, ':one': 1 },
      },
    });
    const once = {
      Put: {
        TableName: this.#table,
        Item: { pk: GUESS, sk: guess, expiresAt },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    };
    return new TransactWriteCommand({
      TransactItems: [once, add(numberKeys(number, now)[0])],
    });
  }

  /** Clears the wrong guesses of a number that has shown that it knows a PIN. */
  async forgetGuesses(number: string, now: number): Promise<void> {
    await Promise.all(
      numberKeys(number, now).map((Key) =>
        this.#documents.send(new DeleteCommand({ TableName: this.#table, Key })),
      ),
    );
  }
}

/** The keys of a number: the current window's, then the previous one's. */
function numberKeys(number: string, now: number): { pk: string; sk: string }[] {
  return windows(now).map((window) => ({ pk: COUNTS, sk: `${number}#${window}` }));
}

function windows(now: number): number[] {
  const window = Math.floor(now / GUESS_WINDOW_MS);
  return [window, window - 1];
}
