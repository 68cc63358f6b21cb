import type { Clock } from 'page-ui/clock.ts';
import { HASTE_MS } from 'page-ui/haste.ts';
import type { CallRow, UpdateCallAccepted, UpdateRecord } from '#contract';
import { keep, readKept } from '../../platform/kept.ts';
import { randomText } from '../../platform/random.ts';
import type { Api } from '../../server/api.ts';
import { type Failure, failureOf } from '../../server/failure.ts';
import {
  applyToSubmissions,
  areSubmissions,
  isDoneAtOnce,
  type Order,
  requestFor,
  requestForEveryone,
  restoreSubmissions,
  type Submission,
  type SubmissionEvent,
  type Via,
} from './submission.ts';

/** Maximum number of requests of one page that are in flight at once; this leaves room for the poll. */
const MAX_AT_ONCE = 4;
/**
 * Requests that one page sends in a second: the voice service accepts five from an account. AWS general
 * reference, quotas.
 */
const MAX_A_SECOND = 4;
const SECOND_MS = 1000;
/** Milliseconds after which a throttled update is sent once more, plus at most the same time at random. */
const TOO_MANY_MS = 1000;
/** Bytes of an order id. */
const ORDER_BYTES = 15;
const KEPT = 'submissions';
const ROUTES: Record<Via, string> = { node: '/updateCallNode', python: '/updateCallPython' };

/** A submission that is still to be sent. */
interface Queued {
  submission: Submission;
  /** It has been throttled once. */
  again: boolean;
}

/**
 * Takes updates, sends them at the rate that the service accepts, and remembers what this page sent and what
 * was answered.
 */
export class UpdateStore {
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #onAnswer: () => void;
  readonly #random: () => number;
  readonly #listeners = new Set<() => void>();
  #submissions: readonly Submission[] = restoreSubmissions(readKept(KEPT, areSubmissions) ?? []);
  #queue: Queued[] = [];
  #sending = 0;
  /** The times of the last few requests. */
  #sentAt: number[] = [];
  #cancelTimer: (() => void) | undefined;
  /** What the last click asked for. */
  #last = { asked: '', at: Number.NEGATIVE_INFINITY, submissions: [] as Submission[] };

  /**
   * `onAnswer` is called whenever the server has answered and its list should be fetched.
   * @param random from 0 up to 1, so that pages that were throttled together do not try again together.
   */
  constructor(api: Api, clock: Clock, onAnswer: () => void, random: () => number = Math.random) {
    this.#api = api;
    this.#clock = clock;
    this.#onAnswer = onAnswer;
    this.#random = random;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSubmissions = (): readonly Submission[] => this.#submissions;

  /**
   * Sends `order` to every call of `rows`; `meetingName` is given when they are a whole meeting. One update
   * is sent for all where the service can do that, otherwise one for each call. The second of two quick
   * clicks with the same order sends nothing: it returns the submissions of the first.
   */
  submit(rows: readonly CallRow[], order: Order, via: Via, meetingName?: string): Submission[] {
    const asked = JSON.stringify([rows.map(({ transactionId }) => transactionId), order, via, meetingName]);
    const at = this.#clock.now();
    const again = asked === this.#last.asked && at - this.#last.at < HASTE_MS;
    const submissions = again ? this.#last.submissions : this.#submit(rows, order, via, meetingName);
    this.#last = { asked, at, submissions };
    return submissions;
  }

  #submit(rows: readonly CallRow[], order: Order, via: Via, meetingName?: string): Submission[] {
    const one = rows.find(({ status }) => status === 'joined') ?? rows[0];
    if (meetingName !== undefined && one && isDoneAtOnce(order)) {
      const everyone = { meetingName, transactionIds: rows.map(({ transactionId }) => transactionId) };
      const request = requestForEveryone(one, order, randomText(ORDER_BYTES));
      return this.#hand([{ ...this.#clicked(via), everyone, request }]);
    }
    const batch = meetingName === undefined ? {} : { batch: { key: randomText(9), meetingName } };
    return this.#hand(
      rows.map((row) => ({
        ...this.#clicked(via),
        ...batch,
        request: requestFor(row, order, randomText(ORDER_BYTES)),
      })),
    );
  }

  /**
   * Sends the same update once more. If it is not known whether the first request arrived, it is sent as the
   * same order, so that it is not done twice and stays one line of the list. An update that is already in
   * flight is left alone.
   */
  again(submission: Submission): void {
    const { key, request, via, everyone } = submission;
    const { outcome } = this.#submissions.find((one) => one.key === key) ?? submission;
    if (outcome.phase === 'waiting') return;
    const same = outcome.phase === 'refused' && request.orderId !== undefined;
    const again = same ? request : { ...request, orderId: randomText(ORDER_BYTES) };
    const clicked = { ...this.#clicked(via), ...(everyone ? { everyone } : {}), request: again };
    this.#hand([same ? { ...clicked, key, clickedAt: submission.clickedAt } : clicked]);
  }

  /** Takes in the server's list. */
  note(records: readonly UpdateRecord[]): void {
    this.#apply({ kind: 'listed', records });
  }

  #clicked(via: Via): Pick<Submission, 'key' | 'via' | 'clickedAt' | 'outcome'> {
    return { key: randomText(9), via, clickedAt: this.#clock.now(), outcome: { phase: 'waiting' } };
  }

  #hand(submissions: Submission[]): Submission[] {
    this.#apply({ kind: 'clicked', submissions });
    this.#queue.push(...submissions.map((submission) => ({ submission, again: false })));
    this.#sendWhatMay();
    return submissions;
  }

  #sendWhatMay(): void {
    this.#cancelTimer?.();
    const now = this.#clock.now();
    this.#sentAt = this.#sentAt.filter((at) => at > now - SECOND_MS);
    while (this.#queue.length > 0 && this.#sending < MAX_AT_ONCE && this.#sentAt.length < MAX_A_SECOND) {
      const next = this.#queue.shift();
      if (next) void this.#send(next);
    }
    const [oldest] = this.#sentAt;
    if (this.#queue.length === 0 || oldest === undefined) return;
    this.#cancelTimer = this.#clock.after(oldest + SECOND_MS - now, () => this.#sendWhatMay());
  }

  async #send({ submission, again }: Queued): Promise<void> {
    const { key, via, request } = submission;
    this.#sending += 1;
    this.#sentAt.push(this.#clock.now());
    try {
      const { answer, stages } = await this.#api.postTimed<UpdateCallAccepted>(ROUTES[via], request);
      this.#apply({ kind: 'accepted', key, answer, stages, at: this.#clock.now() });
    } catch (error) {
      const failure = failureOf(error);
      const next = nextOfEveryone(submission, failure);
      if (failure.kind === 'too-many' && !again) this.#sendLater(submission);
      else if (next) this.#queue.unshift({ submission: next, again });
      else this.#apply({ kind: 'refused', key, failure, at: this.#clock.now() });
    } finally {
      this.#sending -= 1;
    }
    this.#onAnswer();
    this.#sendWhatMay();
  }

  #sendLater(submission: Submission): void {
    this.#clock.after(TOO_MANY_MS * (1 + this.#random()), () => {
      this.#queue.unshift({ submission, again: true });
      this.#sendWhatMay();
    });
  }

  #apply(event: SubmissionEvent): void {
    const next = applyToSubmissions(this.#submissions, event);
    if (next === this.#submissions) return;
    this.#submissions = next;
    keep(KEPT, this.#submissions);
    for (const listener of this.#listeners) listener();
  }
}

/** If the call that an update for everyone was sent through has ended, the update is sent through another call. */
function nextOfEveryone(submission: Submission, failure: Failure): Submission | undefined {
  const { everyone, request } = submission;
  if (!everyone || failure.kind !== 'call-ended') return undefined;
  const transactionIds = everyone.transactionIds.filter((id) => id !== request.transactionId);
  const [transactionId] = transactionIds;
  if (transactionId === undefined) return undefined;
  const orderId = randomText(ORDER_BYTES);
  return {
    ...submission,
    everyone: { ...everyone, transactionIds },
    request: { ...request, transactionId, orderId },
  };
}
