/**
 * How many PINs may be tried, in the table `meetingAccess`. Items:
 *
 * | pk       | sk                | what                                                      |
 * |----------|-------------------|-----------------------------------------------------------|
 * | `budget` | `<kind>#<minute>` | `count`: tries of that kind of callers in that minute     |
 * | `joined` | `<number>`        | the number has joined a meeting within the last ninety days |
 *
 * A try is taken before the PIN is looked at, and given back when it was right: whatever numbers callers show, and
 * however many call at once, no more wrong PINs are looked at than the budget has. Numbers that have joined before have
 * a budget of their own, which strangers cannot use up.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expiry } from './document-client.ts';

const BUDGET = 'budget';
const JOINED = 'joined';
const MINUTE_MS = 60_000;
/** Milliseconds for which a number that has joined is known. */
const KNOWN_MS = 90 * 24 * 60 * MINUTE_MS;

export type Guessers = 'known' | 'stranger';

/**
 * Wrong PINs that are looked at in one minute of the clock. Together 15, so that an hour, which has a part in 61 of
 * them, never has more than 915.
 */
export const GUESSES_A_MINUTE: Readonly<Record<Guessers, number>> = { known: 5, stranger: 10 };

export class GuessBudget {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(documents: DynamoDBDocumentClient, table: string) {
    this.#documents = documents;
    this.#table = table;
  }

  /** Takes a try. `last`: it was the last one of this minute. `none`: there is none left. */
  async take(kind: Guessers, now: number): Promise<'taken' | 'last' | 'none'> {
    try {
      const { Attributes } = await this.#documents.send(
        new UpdateCommand({
          ...this.#count(kind, now, 1),
          ConditionExpression: 'attribute_not_exists(#count) OR #count < :most',
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return Attributes?.count === GUESSES_A_MINUTE[kind] ? 'last' : 'taken';
    } catch (error) {
      if ((error as Error).name === 'ConditionalCheckFailedException') return 'none';
      throw error;
    }
  }

  /** The PIN was right: nobody has guessed. */
  async giveBack(kind: Guessers, now: number): Promise<void> {
    await this.#documents.send(
      new UpdateCommand({ ...this.#count(kind, now, -1), ConditionExpression: '#count <= :most' }),
    );
  }

  async kindOf(number: string): Promise<Guessers> {
    const { Item } = await this.#documents.send(
      new GetCommand({ TableName: this.#table, Key: { pk: JOINED, sk: number } }),
    );
    return Item ? 'known' : 'stranger';
  }

  async noteJoined(number: string, now: number): Promise<void> {
    const Item = { pk: JOINED, sk: number, expiresAt: expiry(now, KNOWN_MS) };
    await this.#documents.send(new PutCommand({ TableName: this.#table, Item }));
  }

  #count(kind: Guessers, now: number, by: number) {
    return {
      TableName: this.#table,
      Key: { pk: BUDGET, sk: `${kind}#${Math.floor(now / MINUTE_MS)}` },
      UpdateExpression: 'SET expiresAt = :expiresAt ADD #count :by',
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: {
        ':expiresAt': expiry(now, 10 * MINUTE_MS),
        ':by': by,
        ':most': GUESSES_A_MINUTE[kind],
      },
    };
  }
}
