import type { SipMessage, SipRequest, SipResponse } from '../messages/message.ts';
import { serializeMessage } from '../messages/serialize-message.ts';
import { type Destination, type Source, TRANSPORTS } from '../transport/flow.ts';
import { responseDestination } from '../transport/response-routing.ts';
import { createAck } from './ack.ts';
import { DeadlineQueue } from './deadline-queue.ts';
import { inviteClient } from './invite-client.ts';
import { inviteServer } from './invite-server.ts';
import { type Action, type Event, type Machine, responseEvent } from './machine.ts';
import { nonInviteClient } from './non-invite-client.ts';
import { nonInviteServer } from './non-invite-server.ts';
import {
  nextInterval,
  RETRANSMIT_TIMERS,
  RFC3261_TIMERS,
  type TimerBase,
  type TimerName,
  timeoutMs,
} from './timers.ts';
import { createTransaction, type Transaction, type TransactionKind } from './transaction.ts';
import { clientKey, mergeKey, serverKey } from './transaction-key.ts';

const MACHINES: Readonly<Record<TransactionKind, Machine>> = {
  'invite-client': inviteClient,
  'non-invite-client': nonInviteClient,
  'invite-server': inviteServer,
  'non-invite-server': nonInviteServer,
};

/**
 * The outputs of the layer, in order. `send` is for the transport, the others are for the transaction user.
 */
export type TransactionOutput =
  | {
      readonly kind: 'send';
      readonly bytes: Buffer;
      readonly to: Destination;
      readonly transactionKey?: string;
    }
  | { readonly kind: 'request'; readonly request: SipRequest; readonly source: Source }
  | { readonly kind: 'ack'; readonly request: SipRequest; readonly source: Source }
  | {
      readonly kind: 'response';
      readonly response: SipResponse;
      readonly transaction: Transaction;
      readonly source: Source;
    }
  | {
      readonly kind: 'failed';
      readonly cause: 'timeout' | 'transport error';
      readonly transaction: Transaction;
    }
  | { readonly kind: 'terminated'; readonly transaction: Transaction };

export interface OutputSink {
  push(output: TransactionOutput): unknown;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * The transactions of one element (RFC 3261 section 17). Its inputs are messages, times and the user's
 * requests; its outputs are pushed to `outputs`. It opens no socket and sets no timer: `wakeAt` is the time
 * at which `elapse` must be called.
 */
export class TransactionLayer {
  /** Receives the outputs: an array, or anything that accepts them without calling back into the layer. */
  readonly outputs: OutputSink;
  readonly #timers: TimerBase;
  readonly #transactions = new Map<string, Transaction>();
  readonly #merged = new Map<string, string>();
  readonly #deadlines = new DeadlineQueue<Transaction>();

  constructor(outputs: OutputSink, timers: TimerBase = RFC3261_TIMERS) {
    this.outputs = outputs;
    this.#timers = timers;
  }

  get wakeAt(): number {
    return this.#deadlines.wakeAt;
  }

  get size(): number {
    return this.#transactions.size;
  }

  /** False while a request of ours lacks its final response, or a refusal its ACK. */
  get settled(): boolean {
    for (const { kind, state } of this.#transactions.values()) {
      if (state === 'calling' || state === 'trying' || (state === 'proceeding' && kind.endsWith('client'))) {
        return false;
      }
      if (state === 'completed' && kind === 'invite-server') return false;
    }
    return true;
  }

  find(key: string): Transaction | undefined {
    return this.#transactions.get(key);
  }

  /**
   * Handles a message from the network: it goes to its transaction, to the user as a new request or a stray
   * ACK, or nowhere.
   */
  receive(message: SipMessage, source: Source, now: number): void {
    if (message.kind === 'response') {
      const transaction = this.#transactions.get(clientKey(message));
      // Section 18.1.2: a response that matches no transaction is dropped.
      if (transaction) this.#apply(transaction, responseEvent(message.status), now, message, source);
      return;
    }
    const transaction =
      this.#transactions.get(serverKey(message)) ??
      (message.method === 'ACK' ? this.#sameCall(message) : undefined);
    if (!transaction) {
      const kind = message.method === 'ACK' ? 'ack' : 'request';
      this.outputs.push({ kind, request: message, source });
    } else if (message.method !== 'ACK') {
      this.#apply(transaction, 'request', now);
    } else if (transaction.state === 'accepted') {
      // RFC 6026: an ACK that matches a transaction in `accepted` goes to the user.
      this.outputs.push({ kind: 'ack', request: message, source });
    } else {
      this.#apply(transaction, 'ACK', now);
    }
  }

  /** The transaction of the INVITE that a CANCEL refers to (section 9.2), if it is known. */
  findCancelled(cancel: SipRequest): Transaction | undefined {
    return this.#transactions.get(serverKey(cancel, 'INVITE')) ?? this.#sameCall(cancel);
  }

  /**
   * The INVITE of a CANCEL or ACK whose Via differs from that of the INVITE, as happens behind a NAT whose
   * binding has changed, or a proxy with several addresses: it has the same Call-ID, From tag and CSeq
   * number.
   */
  #sameCall(request: SipRequest): Transaction | undefined {
    return this.#transactions.get(this.#merged.get(mergeKey(request, 'INVITE')) ?? '');
  }

  /** Section 8.2.2.2: whether the same request, received over another path, is already in a transaction. */
  isMerged(request: SipRequest): boolean {
    return request.toTag === '' && this.#merged.has(mergeKey(request));
  }

  /** Creates a server transaction for a new request, which was an output of `receive`. */
  open(request: SipRequest, source: Source): Transaction {
    const kind = request.method === 'INVITE' ? 'invite-server' : 'non-invite-server';
    const key = serverKey(request);
    const reliable = TRANSPORTS[source.transport].reliable;
    const transaction = createTransaction(kind, key, request, responseDestination(request, source), reliable);
    this.#transactions.set(key, transaction);
    if (request.toTag === '') {
      transaction.mergeKey = mergeKey(request);
      this.#merged.set(transaction.mergeKey, key);
    }
    return transaction;
  }

  /**
   * Sends the user's response. Returns false, and changes nothing, if the state machine does not allow it.
   */
  respond(transaction: Transaction, response: SipResponse, now: number): boolean {
    return this.#apply(transaction, responseEvent(response.status), now, response);
  }

  /**
   * Repeats a 2xx to an INVITE. The user must do this (section 13.3.1.4), through the transaction while it
   * exists.
   */
  repeat2xx(transaction: Transaction): void {
    if (transaction.sent) this.#send(transaction);
  }

  /** Sends a request in a new client transaction. Its top Via must have a new branch. */
  request(request: SipRequest, to: Destination, now: number): Transaction {
    const kind = request.method === 'INVITE' ? 'invite-client' : 'non-invite-client';
    const reliable = TRANSPORTS[to.transport].reliable;
    const transaction = createTransaction(kind, clientKey(request), request, to, reliable);
    this.#transactions.set(transaction.key, transaction);
    this.#apply(transaction, 'request', now, request);
    return transaction;
  }

  /** The transport could not send for this transaction (section 18.4). */
  transportFailed(key: string, now: number): void {
    const transaction = this.#transactions.get(key);
    if (transaction) this.#apply(transaction, 'transport error', now);
  }

  /** Ends a transaction from which nothing more is expected (section 9.1, last paragraph). */
  abandon(transaction: Transaction): void {
    if (this.#transactions.get(transaction.key) !== transaction) return;
    transaction.state = 'terminated';
    this.#terminate(transaction);
  }

  /** Fires all timers that are due. */
  elapse(now: number): void {
    for (;;) {
      const transaction = this.#deadlines.due(now);
      if (!transaction) return;
      this.#fire(transaction, now);
    }
  }

  #fire(transaction: Transaction, now: number): void {
    // If both timers are due at once, the state ends: there is no point in retransmitting first.
    const name = transaction.timeoutAt <= now ? transaction.timeoutTimer! : transaction.retransmitTimer!;
    if (transaction.timeoutAt <= now) transaction.timeoutAt = NEVER;
    else transaction.retransmitAt = NEVER;
    this.#apply(transaction, `timer ${name}`, now);
    this.#reschedule(transaction);
  }

  /** `source`: where a response comes from. */
  #apply(
    transaction: Transaction,
    event: Event,
    now: number,
    message?: SipMessage,
    source?: Source,
  ): boolean {
    const found = MACHINES[transaction.kind][transaction.state]?.[event];
    if (!found) return false;
    // Timers belong to a state; only E and F of a client continue from `trying` into `proceeding` (17.1.2.2).
    const runOn = transaction.kind === 'non-invite-client' && found.next === 'proceeding';
    if (found.next !== transaction.state && !runOn) this.#stopTimers(transaction);
    transaction.state = found.next;
    for (const action of found.actions) {
      if (action !== 'pass') this.#act(transaction, action, now, message);
      else if (message?.kind === 'response' && source) {
        this.outputs.push({ kind: 'response', response: message, transaction, source });
      }
    }
    if (event === '2xx' || event === '300-699') this.#letGo(transaction);
    if (transaction.state === 'terminated') this.#terminate(transaction);
    else this.#reschedule(transaction);
    if (transaction.timeoutAt <= now && transaction.state !== 'terminated') this.#fire(transaction, now);
    return true;
  }

  #act(
    transaction: Transaction,
    action: Exclude<Action, 'pass'>,
    now: number,
    message: SipMessage | undefined,
  ): void {
    switch (action) {
      case 'send':
        transaction.sent = serializeMessage(message!);
        this.#send(transaction);
        return;
      case 'resend':
        if (transaction.sent) this.#send(transaction);
        return;
      case 'ACK':
        transaction.sent = serializeMessage(createAck(transaction.request!, message as SipResponse));
        this.#send(transaction);
        return;
      case 'timeout':
      case 'transport error':
        this.outputs.push({ kind: 'failed', cause: action, transaction });
        return;
      case 'stop retransmitting':
        transaction.retransmitAt = NEVER;
        return;
      default:
        this.#start(transaction, action.slice('start '.length) as TimerName, now);
    }
  }

  #send(transaction: Transaction): void {
    this.outputs.push({
      kind: 'send',
      bytes: transaction.sent!,
      to: transaction.to,
      transactionKey: transaction.key,
    });
  }

  #start(transaction: Transaction, timer: TimerName, now: number): void {
    if (!RETRANSMIT_TIMERS.has(timer)) {
      transaction.timeoutTimer = timer;
      transaction.timeoutAt = now + timeoutMs(timer, transaction.reliable, this.#timers);
      return;
    }
    if (transaction.reliable) return;
    const running = transaction.retransmitTimer === timer;
    const interval = !running
      ? this.#timers.T1
      : transaction.kind === 'non-invite-client' && transaction.state === 'proceeding'
        ? this.#timers.T2
        : nextInterval(timer, transaction.retransmitInterval, this.#timers);
    transaction.retransmitTimer = timer;
    transaction.retransmitInterval = interval;
    transaction.retransmitAt = now + interval;
  }

  #stopTimers(transaction: Transaction): void {
    transaction.retransmitAt = NEVER;
    transaction.retransmitTimer = undefined;
    transaction.timeoutAt = NEVER;
  }

  #reschedule(transaction: Transaction): void {
    if (transaction.state === 'terminated') return;
    const wakeAt = Math.min(transaction.retransmitAt, transaction.timeoutAt);
    if (wakeAt === transaction.wakeAt) return;
    transaction.wakeAt = wakeAt;
    this.#deadlines.update(transaction);
  }

  /**
   * After the final response the request is no longer needed; a client then retransmits nothing but its ACK.
   */
  #letGo(transaction: Transaction): void {
    transaction.request = undefined;
    const repeats = transaction.kind.endsWith('server') || transaction.state === 'completed';
    if (!repeats || transaction.kind === 'non-invite-client') transaction.sent = undefined;
  }

  #terminate(transaction: Transaction): void {
    this.#stopTimers(transaction);
    this.#deadlines.remove(transaction);
    this.#transactions.delete(transaction.key);
    if (transaction.mergeKey !== undefined && this.#merged.get(transaction.mergeKey) === transaction.key) {
      this.#merged.delete(transaction.mergeKey);
    }
    transaction.sent = undefined;
    transaction.request = undefined;
    this.outputs.push({ kind: 'terminated', transaction });
  }
}
