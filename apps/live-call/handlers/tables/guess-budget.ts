/**
 * How many PINs may be tried, in the table `meetingAccess`. Items:
 *
 * | pk       | sk          | what                                                                |
 * |----------|-------------|---------------------------------------------------------------------|
 * | `budget` | `<kind>`    | `nextFree`: when all tries of that kind of callers will be there again |
 * | `joined` | `<number>`  | the number has joined a meeting within the last ninety days         |
 *
 * A try is taken before the PIN is looked at, and given back when it was right: whatever numbers callers show, and
 * however many call at once, no more wrong PINs are looked at than the budget has. Numbers that have joined before have
 * a budget of their own, which strangers cannot use up, and the strangers' when it is used up; and of the strangers' most
 * are kept for those who have not guessed wrong, and the last for those who have waited, the more the longer.
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
/** Milliseconds for which a number that has joined is known. */
const KNOWN_MS = 90 * 24 * HOUR_MS;

export type Guessers = 'known' | 'stranger';

/**
 * `known`: the number has joined before. `first`: a stranger whose call and number have not guessed wrong. `further`: a
 * stranger who has.
 */
export type Try = 'known' | 'first' | 'further';

/** Whose tries are used up: those of the known, of all strangers, or of strangers who have guessed wrong. */
export type Exhausted = 'known' | 'stranger' | 'further';

/**
 * Wrong PINs that are looked at: so many at once, after which another one is there every `everyMs`. An hour never has more
 * than all that may come at once and all that come back in it: 40 + 90 + 450 + 400 = 980.
 */
export const GUESS_BUDGETS: Readonly<Record<Guessers, { atOnce: number; everyMs: number }>> = {
  known: { atOnce: 40, everyMs: 40_000 },
  stranger: { atOnce: 450, everyMs: 9_000 },
};

/** Tries at once of strangers who have guessed wrong, and of those who have not. */
const STRANGERS_TRIES: Readonly<Record<'further' | 'first', number>> = { further: 100, first: 400 };
/** For each time that a first try had to wait, so many more of them: who has waited longest comes first. */
const TRIES_BY_WAITING = 8;

const guessersOf = (kind: Try): Guessers => (kind === 'known' ? 'known' : 'stranger');

/** Milliseconds by which `nextFree` may be ahead when a try of that kind has been taken after so many waits. */
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

  /** Takes a try, for which the caller has waited so many times. `last`: it was the last one for now. `none`: there is none left. */
  async take(kind: Try, now: number, waits = 0): Promise<'taken' | 'last' | 'none'> {
    const { everyMs } = GUESS_BUDGETS[guessersOf(kind)];
    const until = now + furthestAhead(kind, waits);
    // All tries are there; or some are. A condition cannot choose, so that each is a request of its own.
    const nextFree =
      (await this.#move(kind, now, 'SET nextFree = :first, expiresAt = :expiresAt', {
        condition: 'attribute_not_exists(nextFree) OR nextFree < :now',
        values: { ':first': now + everyMs, ':now': now },
      })) ??
      (await this.#move(kind, now, 'SET nextFree = nextFree + :every, expiresAt = :expiresAt', {
        // It may lie before now by this time: others have given theirs back in between.
        condition: 'nextFree <= :most',
        values: { ':every': everyMs, ':most': until - everyMs },
      }));
    if (nextFree === undefined) return 'none';
    return nextFree > until - everyMs ? 'last' : 'taken';
  }

  /** The PIN was right: nobody has guessed. */
  async giveBack(kind: Try, now: number): Promise<void> {
    await this.#move(kind, now, 'SET nextFree = nextFree - :every, expiresAt = :expiresAt', {
      condition: 'attribute_exists(nextFree)',
      values: { ':every': GUESS_BUDGETS[guessersOf(kind)].everyMs },
    });
  }

  /** Whose tries were used up within the last minute. What a busy table leaves out is not told this time. */
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
    // The known have the strangers' tries as well.
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

  /** What `nextFree` is after it; undefined: the condition does not hold. */
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
