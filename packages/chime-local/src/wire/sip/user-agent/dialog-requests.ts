import type { Dialog } from '../dialogs/dialog.ts';
import { createDialogRequest, type DialogRequestContent, waysOf } from '../dialogs/dialog-request.ts';
import { DeadlineQueue, type Timed } from '../transactions/deadline-queue.ts';
import { RFC3261_TIMERS } from '../transactions/timers.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { Destination } from '../transport/flow.ts';
import type { UserAgentCore } from './core.ts';

type Content = Omit<DialogRequestContent, 'branch' | 'sentBy'>;

/** A request of ours in a dialog that has not been answered, and the ways that it may take. */
interface Journey extends Timed {
  readonly dialog: Dialog;
  readonly content: Content;
  readonly ways: readonly Destination[];
  /** The index of the current way. */
  at: number;
  /** The number of ways in a row over which sending failed. */
  unsent: number;
  readonly giveUpAt: number;
  transaction: Transaction;
}

/** How long one way may be silent if there is another, in T1: two retransmissions. */
const PATIENCE_T1 = 4;
/** How long the ways take turns, in T1; the last one then has its own 64*T1. */
const TURNS_T1 = 32;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Our requests in dialogs. If there is more than one way to the peer, the ways take turns, each with its own
 * transaction (RFC 3263 section 4.3), until a response arrives or the last one has timed out. The dialog then
 * uses the way that brought the response.
 */
export class DialogRequests {
  readonly #core: UserAgentCore;
  readonly #journeys = new Map<string, Journey>();
  readonly #deadlines = new DeadlineQueue<Journey>();
  readonly #T1: number;

  constructor(core: UserAgentCore) {
    this.#core = core;
    this.#T1 = (core.options.timers ?? RFC3261_TIMERS).T1;
  }

  get wakeAt(): number {
    return this.#deadlines.wakeAt;
  }

  /**
   * Undefined if the peer's Contact or Route cannot be resolved to a destination. The response is passed to
   * `owner`.
   */
  send(dialog: Dialog, content: Content, owner: string | undefined, now: number): Transaction | undefined {
    const ways = waysOf(dialog);
    const first = ways[0];
    if (!first) return undefined;
    const numbered = { ...content, cseq: content.cseq ?? ++dialog.localSeq };
    const transaction = this.#start(dialog, numbered, first, owner, now);
    const journey: Journey = {
      dialog,
      content: numbered,
      ways,
      at: 0,
      unsent: 0,
      giveUpAt: now + TURNS_T1 * this.#T1,
      transaction,
      wakeAt: ways.length > 1 ? now + PATIENCE_T1 * this.#T1 : NEVER,
      queueIndex: -1,
    };
    this.#journeys.set(transaction.key, journey);
    if (journey.wakeAt !== NEVER) this.#deadlines.update(journey);
    return transaction;
  }

  /** Any response, even a provisional one, proves the way. */
  onResponse(transaction: Transaction): void {
    const journey = this.#journeys.get(transaction.key);
    if (!journey) return;
    journey.dialog.proven = journey.ways[journey.at];
    this.#forget(journey);
  }

  /** Returns true if another way is tried; the failure is then not reported. */
  onFailed(transaction: Transaction, cause: 'timeout' | 'transport error', now: number): boolean {
    const journey = this.#journeys.get(transaction.key);
    if (!journey) return false;
    journey.unsent = cause === 'transport error' ? journey.unsent + 1 : 0;
    if (journey.unsent >= journey.ways.length || journey.ways.length === 1 || now >= journey.giveUpAt) {
      this.#forget(journey);
      return false;
    }
    this.#next(journey, now);
    return true;
  }

  onTerminated(transaction: Transaction): void {
    const journey = this.#journeys.get(transaction.key);
    if (journey) this.#forget(journey);
  }

  elapse(now: number): void {
    for (;;) {
      const journey = this.#deadlines.due(now);
      if (!journey) return;
      const { transaction } = journey;
      this.#next(journey, now);
      this.#core.layer.abandon(transaction);
    }
  }

  #next(journey: Journey, now: number): void {
    this.#journeys.delete(journey.transaction.key);
    const at = (journey.at + 1) % journey.ways.length;
    const { dialog, content, transaction } = journey;
    const next = this.#start(dialog, content, journey.ways[at]!, transaction.owner, now);
    journey.at = at;
    journey.transaction = next;
    this.#journeys.set(next.key, journey);
    const patient = now + PATIENCE_T1 * this.#T1;
    journey.wakeAt = patient < journey.giveUpAt ? patient : NEVER;
    this.#deadlines.update(journey);
  }

  #start(
    dialog: Dialog,
    content: Content,
    way: Destination,
    owner: string | undefined,
    now: number,
  ): Transaction {
    const { options } = this.#core;
    const made = createDialogRequest(
      dialog,
      { ...content, branch: this.#core.newBranch(), sentBy: options },
      way,
    )!;
    const transaction = this.#core.layer.request(made.request, made.to, now);
    transaction.owner = owner;
    return transaction;
  }

  #forget(journey: Journey): void {
    this.#journeys.delete(journey.transaction.key);
    this.#deadlines.remove(journey);
  }
}
