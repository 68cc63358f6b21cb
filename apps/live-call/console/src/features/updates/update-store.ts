import type { Clock } from 'page-ui/clock.ts';
import type { CallRow, UpdateCallAccepted, UpdateRecord } from '#contract';
import { keep, readKept } from '../../platform/kept.ts';
import { randomText } from '../../platform/random.ts';
import type { Api } from '../../server/api.ts';
import { failureOf } from '../../server/failure.ts';
import {
  applyToSubmissions,
  areSubmissions,
  type Order,
  requestFor,
  restoreSubmissions,
  type Submission,
  type SubmissionEvent,
  type Via,
} from './submission.ts';

/** Requests of one page that are on their way at once; the poll keeps room beside them. */
const MAX_AT_ONCE = 4;
const KEPT = 'submissions';
const ROUTES: Record<Via, string> = { node: '/updateCallNode', python: '/updateCallPython' };

/** Where updates are handed in: sends them, and remembers what this page sent and what was answered. */
export class UpdateStore {
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #onAnswer: () => void;
  readonly #listeners = new Set<() => void>();
  #submissions: readonly Submission[] = restoreSubmissions(readKept(KEPT, areSubmissions) ?? []);
  #queue: Submission[] = [];
  #sending = 0;

  /** `onAnswer` is called whenever the server has answered and its list is worth asking for. */
  constructor(api: Api, clock: Clock, onAnswer: () => void) {
    this.#api = api;
    this.#clock = clock;
    this.#onAnswer = onAnswer;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSubmissions = (): readonly Submission[] => this.#submissions;

  /** Sends `order` to every call of `rows`; `meetingName` is given when that is a whole meeting. */
  submit(rows: readonly CallRow[], order: Order, via: Via, meetingName?: string): Submission[] {
    const batch = meetingName === undefined ? {} : { batch: { key: randomText(9), meetingName } };
    const clickedAt = this.#clock.now();
    return this.#hand(
      rows.map((row) => ({
        key: randomText(9),
        ...batch,
        request: requestFor(row, order),
        via,
        clickedAt,
        outcome: { phase: 'waiting' },
      })),
    );
  }

  /** Sends the same once more, as a new update. */
  again(submission: Submission): void {
    const { request, via } = submission;
    this.#hand([
      { key: randomText(9), request, via, clickedAt: this.#clock.now(), outcome: { phase: 'waiting' } },
    ]);
  }

  /** The server's list has come. */
  note(records: readonly UpdateRecord[]): void {
    this.#apply({ kind: 'listed', records });
  }

  #hand(submissions: Submission[]): Submission[] {
    this.#apply({ kind: 'clicked', submissions });
    this.#queue.push(...submissions);
    while (this.#sending < MAX_AT_ONCE && this.#queue.length > 0) void this.#sendNext();
    return submissions;
  }

  async #sendNext(): Promise<void> {
    const next = this.#queue.shift();
    if (!next) return;
    this.#sending += 1;
    try {
      const answer = await this.#api.post<UpdateCallAccepted>(ROUTES[next.via], next.request);
      this.#apply({ kind: 'accepted', key: next.key, answer, at: this.#clock.now() });
    } catch (error) {
      this.#apply({ kind: 'refused', key: next.key, failure: failureOf(error), at: this.#clock.now() });
    } finally {
      this.#sending -= 1;
    }
    this.#onAnswer();
    void this.#sendNext();
  }

  #apply(event: SubmissionEvent): void {
    const next = applyToSubmissions(this.#submissions, event);
    if (next === this.#submissions) return;
    this.#submissions = next;
    keep(KEPT, this.#submissions);
    for (const listener of this.#listeners) listener();
  }
}
