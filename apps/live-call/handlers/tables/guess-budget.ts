/**
 * How many PINs may be tried, in the table `meetingAccess`. Items:
 *
 * | pk       | sk                | what                                                      |
 * |----------|-------------------|-----------------------------------------------------------|
 * | `budget` | `<kind>#<window>` | `count`: tries of that kind of callers in that window     |
 * | `joined` | `<number>`        | the number has joined a meeting within the last ninety days |
 *
 * A try is taken before the PIN is looked at, and given back when it was right: whatever numbers callers show, and
 * however many call at once, no more wrong PINs are looked at than the budget has. Numbers that have joined before have
 * a budget of their own, which strangers cannot use up.
 */
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { expiry } from './document-client.ts';

const BUDGET = 'budget';
const JOINED = 'joined';
const MINUTE_MS = 60_000;
/** Milliseconds for which a number that has joined is known. */
const KNOWN_MS = 90 * 24 * 60 * MINUTE_MS;

export type Guessers = 'known' | 'stranger';

/**
 * Wrong PINs that are looked at in one window of the clock. An hour has a part in 61 minutes and in 7 times ten of them:
 * it never has more than 61 × 10 + 7 × 50 = 960. The known have the longer window, because several of them may mistype
 * in the same minute.
 */
export const GUESS_BUDGETS: Readonly<Record<Guessers, { tries: number; windowMs: number }>> = {
  known: { tries: 50, windowMs: 10 * MINUTE_MS },
  stranger: { tries: 10, windowMs: MINUTE_MS },
};

export class GuessBudget {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(documents: DynamoDBDocumentClient, table: string) {
    this.#documents = documents;
    this.#table = table;
  }

  /** Takes a try. `last`: it was the last one of this window. `none`: there is none left. */
  async take(kind: Guessers, now: number): Promise<'taken' | 'last' | 'none'> {
    try {
      const { Attributes } = await this.#documents.send(
        new UpdateCommand({
          ...this.#count(kind, now, 1),
          ConditionExpression: 'attribute_not_exists(#count) OR #count < :most',
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return Attributes?.count === GUESS_BUDGETS[kind].tries ? 'last' : 'taken';
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

  /** Whose tries were used up in this minute or the one before. What a busy table leaves out is not told this time. */
  async exhausted(now: number): Promise<Guessers[]> {
    const kinds = Object.keys(GUESS_BUDGETS) as Guessers[];
    const skOf = (kind: Guessers) => [now, now - MINUTE_MS].map((at) => budgetKey(kind, at).sk);
    const sks = [...new Set(kinds.flatMap(skOf))];
    const Keys = sks.map((sk) => ({ pk: BUDGET, sk }));
    const { Responses } = await this.#documents.send(
      new BatchGetCommand({ RequestItems: { [this.#table]: { Keys } } }),
    );
    const items = (Responses?.[this.#table] ?? []) as { sk: string; count: number }[];
    return kinds.filter((kind) =>
      items.some(({ sk, count }) => sk.startsWith(`${kind}#`) && count >= GUESS_BUDGETS[kind].tries),
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
      Key: budgetKey(kind, now),
      UpdateExpression: 'SET expiresAt = :expiresAt ADD #count :by',
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: {
        ':expiresAt': expiry(now, 2 * GUESS_BUDGETS[kind].windowMs),
        ':by': by,
        ':most': GUESS_BUDGETS[kind].tries,
      },
    };
  }
}

function budgetKey(kind: Guessers, at: number): { pk: string; sk: string } {
  return { pk: BUDGET, sk: `${kind}#${Math.floor(at / GUESS_BUDGETS[kind].windowMs)}` };
}
