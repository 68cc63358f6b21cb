import { MASKED_KEY, MASKED_SECRET } from '../../record/mask.ts';
import type { CallRecord } from '../../record/read-record.ts';
import type { TableAnswered } from '../steps-taken.ts';
import { type Moments, movedDocument } from './moved-times.ts';
import type { Sameness } from './same.ts';

/** An answer of a table: the status of HTTP, and DynamoDB's JSON. */
export interface RecordedAnswer {
  status: number;
  body: Readonly<Record<string, unknown>>;
}

/** What the tables of then answer a function of today, as long as its call is the recorded one. */
export interface RecordedTables {
  /**
   * The answer to a request of the invocation that is under way; undefined when nothing like it was asked then: today's tables
   * answer it.
   *
   * @param print what requests share that ask the same, but for the values, as the record has it
   */
  answer(print: string): RecordedAnswer | undefined;
  /** Adds what the function has been answered, by recorded tables or today's, to today's record of the call. */
  answered(operation: string, print: string, answer: RecordedAnswer): void;
}

/**
 * The answers that tables gave in a recorded call, by invocation and in order, with the ids and times of today. Tables go on
 * changing after a call, and others were in it, too: with these answers a replay differs by its code alone.
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

  /** The function is asked this event now. */
  invoke(sequence: number): void {
    this.#sequence = sequence;
  }

  /** The call has become another one: what was answered then says nothing of it. */
  end(): void {
    this.#over = true;
  }

  answer(print: string): RecordedAnswer | undefined {
    if (this.#over) return undefined;
    const answer = this.#answers.get(keyOf(this.#sequence, print))?.shift();
    // What is masked cannot be given back: a token of today is in the tables of today.
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
