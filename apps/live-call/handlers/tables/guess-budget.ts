/**
 * How many PINs may be tried, in the table `meetingAccess`. Items:
 *
 * | pk       | sk          | what                                                                |
 * |----------|-------------|---------------------------------------------------------------------|
 * | `budget` | `<kind>`    | `nextFree`: when all tries of that kind of callers will be available again |
 * | `joined` | `<number>`  | the number has joined a meeting within the last ninety days         |
 *
 * A try is taken before the PIN is checked, and given back when the PIN was right: whatever numbers callers
 * show, and however many call at once, no more wrong PINs are checked than the budget allows. Numbers that
 * have joined before have their own budget, which strangers cannot use up, and may use the strangers' budget
 * when theirs is used up. Of the strangers' budget, most is reserved for those who have not guessed wrong,
 * and the rest of it for those who have waited, more the longer they have waited.
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
const HOUR_MS = 60 * MINUTE_MS;
/** Milliseconds for which a number that has joined is remembered. */
const KNOWN_MS = 90 * 24 * HOUR_MS;

export type Guessers = 'known' | 'stranger';

/**
 * `known`: the number has joined before. `first`: a stranger whose call and number have made no wrong guess.
 * `further`: a stranger who has.
 */
export type Try = 'known' | 'first' | 'further';

/** Whose tries are used up: those of known numbers, of all strangers, or of strangers who have guessed wrong. */
export type Exhausted = 'known' | 'stranger' | 'further';

/**
 * How many wrong PINs are checked: `atOnce` in a burst, after which another try becomes available every
 * `everyMs`. In an hour there are never more than both bursts and all that become available in it: 40 + 90 +
 * 450 + 400 = 980.
 */
export const GUESS_BUDGETS: Readonly<Record<Guessers, { atOnce: number; everyMs: number }>> = {
  known: { atOnce: 40, everyMs: 40_000 },
  stranger: { atOnce: 450, everyMs: 9_000 },
};

/** Tries in a burst for strangers who have guessed wrong, and for those who have not. */
const STRANGERS_TRIES: Readonly<Record<'further' | 'first', number>> = { further: 100, first: 400 };
/** Additional tries for each time that a first try had to wait: those who have waited longest come first. */
const TRIES_BY_WAITING = 8;

const guessersOf = (kind: Try): Guessers => (kind === 'known' ? 'known' : 'stranger');

/** Milliseconds by which `nextFree` may be ahead when a try of that kind is taken after that many waits. */
function furthestAhead(kind: Try, waits = 0): number {
  const { atOnce, everyMs } = GUESS_BUDGETS[guessersOf(kind)];
  if (kind === 'known') return atOnce * everyMs;
  const waited = kind === 'first' ? waits * TRIES_BY_WAITING : 0;
  return Math.min(atOnce, STRANGERS_TRIES[kind] + waited) * everyMs;
}

export class GuessBudget {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(documents: DynamoDBDocumentClient, table: string) {
    this.#documents = documents;
    this.#table = table;
  }

  /**
   * Takes a try for a caller who has waited `waits` times. `last`: it was the last one for now. `none`: none
   * is left.
   */
  async take(kind: Try, now: number, waits = 0): Promise<'taken' | 'last' | 'none'> {
    const { everyMs } = GUESS_BUDGETS[guessersOf(kind)];
    const until = now + furthestAhead(kind, waits);
    // Either all tries are available or only some are. A condition cannot choose between the two, so each has
    // its own request.
    const nextFree =
      (await this.#move(kind, now, 'SET nextFree = :first, expiresAt = :expiresAt', {
        condition: 'attribute_not_exists(nextFree) OR nextFree < :now',
        values: { ':first': now + everyMs, ':now': now },
      })) ??
      (await this.#move(kind, now, 'SET nextFree = nextFree + :every, expiresAt = :expiresAt', {
        // `nextFree` may lie in the past by now: other callers have given their tries back in between.
        condition: 'nextFree <= :most',
        values: { ':every': everyMs, ':most': until - everyMs },
      }));
    if (nextFree === undefined) return 'none';
    return nextFree > until - everyMs ? 'last' : 'taken';
  }

  /** Returns the try: the PIN was right, so nobody has guessed. */
  async giveBack(kind: Try, now: number): Promise<void> {
    await this.#move(kind, now, 'SET nextFree = nextFree - :every, expiresAt = :expiresAt', {
      condition: 'attribute_exists(nextFree)',
      values: { ':every': GUESS_BUDGETS[guessersOf(kind)].everyMs },
    });
  }

  /** Whose tries were used up within the last minute. Items that a busy table leaves out are not reported this time. */
  async exhausted(now: number): Promise<Exhausted[]> {
    const Keys = Object.keys(GUESS_BUDGETS).map((sk) => ({ pk: BUDGET, sk }));
    const { Responses } = await this.#documents.send(
      new BatchGetCommand({ RequestItems: { [this.#table]: { Keys } } }),
    );
    const items = (Responses?.[this.#table] ?? []) as { sk: Guessers; nextFree: number }[];
    const over = (kind: Try) => {
      const { nextFree = 0 } = items.find(({ sk }) => sk === guessersOf(kind)) ?? {};
      return nextFree - now > furthestAhead(kind) - GUESS_BUDGETS[guessersOf(kind)].everyMs - MINUTE_MS;
    };
    const strangers: Exhausted[] = over('first') ? ['stranger'] : over('further') ? ['further'] : [];
    // Known numbers may use the strangers' tries as well.
    return [...(over('known') && over('first') ? ['known' as const] : []), ...strangers];
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

  /** The value of `nextFree` after the update; undefined if the condition did not hold. */
  async #move(
    kind: Try,
    now: number,
    UpdateExpression: string,
    { condition, values }: { condition: string; values: Record<string, number> },
  ): Promise<number | undefined> {
    try {
      const { Attributes } = await this.#documents.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { pk: BUDGET, sk: guessersOf(kind) },
          UpdateExpression,
          ConditionExpression: condition,
          ExpressionAttributeValues: { ...values, ':expiresAt': expiry(now, 2 * HOUR_MS) },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return Attributes?.nextFree as number;
    } catch (error) {
      if ((error as Error).name === 'ConditionalCheckFailedException') return undefined;
      throw error;
    }
  }
}
