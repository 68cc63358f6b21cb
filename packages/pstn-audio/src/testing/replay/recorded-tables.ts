import { MASKED_KEY, MASKED_SECRET } from '../../record/mask.ts';
import type { CallRecord } from '../../record/read-record.ts';
import type { TableAnswered } from '../steps-taken.ts';
import { type Moments, movedDocument } from './moved-times.ts';
import type { Sameness } from './same.ts';

/** An answer of a table: the HTTP status and DynamoDB's JSON. */
export interface RecordedAnswer {
  status: number;
  body: Readonly<Record<string, unknown>>;
}

/** The recorded answers of tables for today's function, valid as long as its call equals the recorded one. */
export interface RecordedTables {
  /**
   * The answer to a request of the invocation that is under way. Undefined if no such request was recorded:
   * today's tables answer it then.
   *
   * @param print fingerprint of the request, as in the record: requests that differ only in their values
   *   share it
   */
  answer(print: string): RecordedAnswer | undefined;
  /** Adds what the function has been answered, by recorded tables or today's, to today's record of the call. */
  answered(operation: string, print: string, answer: RecordedAnswer): void;
}

/**
 * The answers that tables gave in a recorded call, by invocation and in order, with the ids and times of
 * today. Tables change after a call, and also contain other data: with these answers, a replay differs
 * through its code alone.
 */
export class TablesOfThen implements RecordedTables {
  readonly #answers = new Map<string, RecordedAnswer[]>();
  readonly #sameness: Sameness;
  readonly #moments: Moments;
  readonly #note: (answer: TableAnswered) => void;
  #sequence = 0;
  #over = false;

  /** @param note receives each answer, its times moved back to the recorded call */
  constructor(
    { entries }: CallRecord,
    sameness: Sameness,
    moments: Moments,
    note: (answer: TableAnswered) => void,
  ) {
    this.#sameness = sameness;
    this.#moments = moments;
    this.#note = note;
    const sequences = new Map<string, number>();
    for (const entry of entries) {
      if (entry.kind === 'Invocation' && entry.requestId !== undefined) {
        sequences.set(entry.requestId, entry.sequence);
      }
    }
    for (const entry of entries) {
      if (entry.kind !== 'TableAnswer') continue;
      const key = keyOf(sequences.get(entry.requestId), entry.print);
      const { status, body } = entry;
      this.#answers.set(key, [...(this.#answers.get(key) ?? []), { status, body }]);
    }
  }

  /** The function is invoked now, with the event of this number. */
  invoke(sequence: number): void {
    this.#sequence = sequence;
  }

  /** The call has become a different one, to which the recorded answers do not apply. */
  end(): void {
    this.#over = true;
  }

  answer(print: string): RecordedAnswer | undefined {
    if (this.#over) return undefined;
    const answer = this.#answers.get(keyOf(this.#sequence, print))?.shift();
    // Masked values cannot be given back; the tables of today hold today's tokens.
    if (!answer || isMasked(answer.body)) return undefined;
    const body = movedDocument(this.#sameness.asOfToday(answer.body), this.#moments);
    return { status: answer.status, body };
  }

  answered(operation: string, print: string, { status, body }: RecordedAnswer): void {
    const { recorded, today } = this.#moments;
    const asThen = movedDocument(body, { recorded: today, today: recorded });
    this.#note({ sequence: this.#sequence, operation, print, status, body: asThen });
  }
}

const keyOf = (sequence: number | undefined, print: string): string => `${sequence} ${print}`;

function isMasked(body: RecordedAnswer['body']): boolean {
  const text = JSON.stringify(body);
  return text.includes(MASKED_SECRET) || text.includes(MASKED_KEY);
}
