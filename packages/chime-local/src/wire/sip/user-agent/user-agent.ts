import type { SipRequest } from '../messages/message.ts';
import { parseMessage } from '../messages/parse-message.ts';
import { reasonPhrase } from '../messages/reason-phrases.ts';
import type { ResponseContent } from '../messages/response.ts';
import { type RegisterAnswer, Registrar, type Registration } from '../registrar/registrar.ts';
import { type Source, TRANSPORTS } from '../transport/flow.ts';
import { stampSource } from '../transport/response-routing.ts';
import { UserAgentCore, type UserAgentOptions } from './core.ts';
import { HolderProbes } from './holder-probes.ts';
import { InviteUsages } from './invite-usages.ts';
import type { Watch } from './liveness.ts';
import type { Invitation } from './outgoing-invite.ts';
import { OutgoingInvites } from './outgoing-invites.ts';
import type { PendingRequest, UserAgentOutput } from './outputs.ts';
import { ACCEPT, ALLOW, refuseRequest, SUPPORTED } from './request-checks.ts';
import { refuseTimer } from './session-timer.ts';

/**
 * A SIP user agent without I/O of its own: bytes, times and the user's requests are its inputs, and a list of
 * messages to send and events to report is its output. It implements both sides of calls (RFC 3261 sections
 * 8, 9, 11 to 15) and a registrar (section 10) for the telephones that it calls. No input from the network
 * makes it throw.
 */
export class UserAgent {
  readonly #core: UserAgentCore;
  readonly #usages: InviteUsages;
  readonly #outgoing: OutgoingInvites;
  readonly #registrar: Registrar;
  readonly #holders: HolderProbes;

  constructor(options: UserAgentOptions) {
    this.#core = new UserAgentCore(options);
    this.#usages = new InviteUsages(this.#core);
    this.#outgoing = new OutgoingInvites(this.#core, this.#usages);
    this.#registrar = new Registrar(options.registrar);
    this.#holders = new HolderProbes(this.#core, this.#registrar, (request, source, now) =>
      this.#answerRegister(request, source, this.#registrar.receive(request, source, now)),
    );
  }

  /** The next time at which `elapse` must be called, ms; Infinity for never. */
  get wakeAt(): number {
    const { layer } = this.#core;
    const parts = [layer, this.#usages, this.#outgoing, this.#registrar, this.#holders];
    return Math.min(...parts.map(({ wakeAt }) => wakeAt));
  }

  /** Number of transactions, and of invite usages and unanswered calls of ours, that are stored. */
  get kept(): { transactions: number; usages: number } {
    return { transactions: this.#core.layer.size, usages: this.#usages.size + this.#outgoing.size };
  }

  /** The numbers that telephones have registered. */
  registered(now: number): string[] {
    return this.#registrar.numbers(now);
  }

  /** Where a registered number can be called: the preferred registration; of equal ones, the latest. */
  registrationOf(number: string, now: number): Registration | undefined {
    return this.#registrar.find(number, now);
  }

  /** Whether a telephone at this address has registered a number. */
  hasRegistered(address: string, now: number): boolean {
    return this.#registrar.hasRegistered(address, now);
  }

  /** Whether a number is registered over the connection, or a call goes over it. */
  isUsing(connection: number): boolean {
    return [this.#registrar, this.#usages, this.#outgoing].some((part) => part.isUsing(connection));
  }

  /** Whether no call is left and none of our messages waits for a response. */
  get settled(): boolean {
    return this.#usages.size === 0 && this.#core.layer.settled;
  }

  /** Handles a datagram, or one message of a stream. */
  receive(bytes: Buffer, source: Source, now: number): UserAgentOutput[] {
    const result = parseMessage(bytes, { stream: TRANSPORTS[source.transport].stream });
    if (result.kind === 'bad-request') {
      const { request, status, text } = result;
      stampSource(request, source);
      // The reason phrase tells the person at the other end what to correct (section 21.4.1).
      const reason = status === 400 ? `Bad Request (${text})` : reasonPhrase(status);
      this.#core.answerStateless(request, source, status, { reason, text });
    } else if (result.kind === 'message') {
      if (result.message.kind === 'request') stampSource(result.message, source);
      this.#core.layer.receive(result.message, source, now);
    }
    return this.#drain(now);
  }

  /** Lets time pass up to `now`. */
  elapse(now: number): UserAgentOutput[] {
    this.#core.layer.elapse(now);
    this.#usages.elapse(now);
    this.#outgoing.elapse(now);
    this.#registrar.elapse(now);
    this.#holders.elapse(now);
    return this.#drain(now);
  }

  /**
   * Handles a message that could not be sent (section 18.4); `transactionKey` is that of the `send` output.
   */
  transportFailed(transactionKey: string, now: number): UserAgentOutput[] {
    this.#core.layer.transportFailed(transactionKey, now);
    return this.#drain(now);
  }

  /** Handles a closed connection: calls and registrations of peers that can be reached over it only end. */
  connectionClosed(connection: number, now: number): UserAgentOutput[] {
    this.#registrar.connectionClosed(connection);
    this.#outgoing.connectionClosed(connection, now);
    this.#usages.connectionClosed(connection, now);
    return this.#drain(now);
  }

  /**
   * Places a call. Its progress is reported by `ringing`, then `answered` or `rejected`; once answered, it is
   * a call like any other.
   */
  invite(invitation: Invitation, now: number): UserAgentOutput[] {
    this.#outgoing.place(invitation, now);
    return this.#drain(now);
  }

  /** Cancels a call of ours before its answer. Nothing more is reported about it; a late 2xx gets a BYE. */
  cancel(usageId: string, now: number): UserAgentOutput[] {
    this.#outgoing.cancel(usageId, now);
    return this.#drain(now);
  }

  /**
   * Sends a provisional response, 101-199, with or without a description; it is repeated every minute until
   * the final one.
   */
  progress(
    usageId: string,
    status: number,
    now: number,
    content?: { body: Buffer; contentType: string },
  ): UserAgentOutput[] {
    this.#usages.progress(usageId, status, now, content);
    return this.#drain(now);
  }

  /** Answers the call. `offer`: the body is an offer of ours because the INVITE had none. */
  accept(
    usageId: string,
    content: { body: Buffer; contentType: string; offer: boolean },
    now: number,
  ): UserAgentOutput[] {
    this.#usages.accept(usageId, content, now);
    return this.#drain(now);
  }

  /** Refuses the call with a status of 300-699. */
  refuse(usageId: string, status: number, content: ResponseContent, now: number): UserAgentOutput[] {
    this.#usages.refuse(usageId, status, content, now);
    return this.#drain(now);
  }

  /** Ends an answered call; if the ACK has not arrived, the BYE waits for it (section 15). */
  bye(usageId: string, now: number): UserAgentOutput[] {
    this.#usages.bye(usageId, now);
    return this.#drain(now);
  }

  /** Offers other media to the peer of an answered call. A 491 is retried automatically (section 14.1). */
  reinvite(usageId: string, content: { body: Buffer; contentType: string }, now: number): UserAgentOutput[] {
    this.#usages.reinvite(usageId, content, now);
    return this.#drain(now);
  }

  /**
   * Starts or stops asking the peer of an answered call whether it is still there; if it is not, the call
   * ends as `gone`.
   */
  watch(usageId: string, watch: Watch, now: number): UserAgentOutput[] {
    this.#usages.watch(usageId, watch, now);
    return this.#drain(now);
  }

  /** Responds to a `modified` or `info` output with a final status. `offer` as in `accept`. */
  reply(
    pending: PendingRequest,
    status: number,
    content: ResponseContent & { offer?: boolean },
    now: number,
  ): UserAgentOutput[] {
    this.#usages.reply(pending, status, content, now);
    return this.#drain(now);
  }

  /**
   * Handles the outputs of the transaction layer, including those that this creates; returns all outputs in
   * order.
   */
  #drain(now: number): UserAgentOutput[] {
    const { fromLayer, outputs } = this.#core;
    for (let i = 0; i < fromLayer.length; i++) {
      const output = fromLayer[i]!;
      switch (output.kind) {
        case 'request':
          this.#onRequest(output.request, output.source, now);
          break;
        case 'ack':
          this.#usages.onAck(output.request, output.source, now);
          break;
        case 'response':
          this.#usages.requests.onResponse(output.transaction);
          this.#holders.onResponse(output.transaction, now);
          if (!this.#outgoing.onResponse(output, now)) {
            this.#usages.onResponse(output.transaction, output.response, now);
          }
          break;
        case 'failed':
          if (this.#usages.requests.onFailed(output.transaction, output.cause, now)) break;
          this.#holders.onFailed(output.transaction, now);
          if (!this.#outgoing.onTransactionFailed(output.transaction, output.cause)) {
            this.#usages.onTransactionFailed(output.transaction, now);
          }
          break;
        case 'terminated':
          this.#outgoing.onTerminated(output.transaction);
          this.#usages.requests.onTerminated(output.transaction);
          break;
      }
    }
    fromLayer.length = 0;
    return outputs.splice(0);
  }

  #onRequest(request: SipRequest, source: Source, now: number): void {
    const core = this.#core;
    if (request.method === 'CANCEL') {
      this.#onCancel(request, source, now);
      return;
    }
    if (request.toTag !== '') {
      const known =
        this.#usages.onRequest(request, source, now) || this.#outgoing.onRequest(request, source, now);
      if (!known) core.answerStateless(request, source, 481);
      return;
    }
    if (core.layer.isMerged(request)) {
      core.answerStateless(request, source, 482);
      return;
    }
    const refusal = refuseRequest(request);
    if (refusal) core.answerStateless(request, source, refusal.status, refusal);
    else this.#onNewRequest(request, source, now);
  }

  #onNewRequest(request: SipRequest, source: Source, now: number): void {
    const core = this.#core;
    switch (request.method) {
      case 'INVITE': {
        const refusal = refuseTimer(request) ?? core.options.admit?.(request, source, now);
        if (refusal) core.answerStateless(request, source, refusal.status, refusal);
        else this.#usages.open(request, source, now);
        return;
      }
      case 'OPTIONS':
        core.answerStateless(request, source, 200, {
          headers: [core.contact(source), ALLOW, ACCEPT, SUPPORTED],
        });
        return;
      case 'REGISTER':
        this.#onRegister(request, source, now);
        return;
      default:
        // BYE, INFO, PRACK and UPDATE exist within dialogs only.
        core.answerStateless(request, source, 481);
    }
  }

  #onRegister(request: SipRequest, source: Source, now: number): void {
    const answer = this.#registrar.receive(request, source, now);
    const { contested } = answer;
    const later = contested !== undefined && this.#holders.ask(contested, request, source, now);
    if (!later) this.#answerRegister(request, source, answer);
  }

  #answerRegister(
    request: SipRequest,
    source: Source,
    { status, contested: _, ...content }: RegisterAnswer,
  ): void {
    this.#core.answerStateless(request, source, status, content);
  }

  /**
   * Section 9.2. The response has the To tag of the INVITE's responses; without such an INVITE it is a 481.
   */
  #onCancel(cancel: SipRequest, source: Source, now: number): void {
    const transaction = this.#core.layer.findCancelled(cancel);
    if (!transaction) {
      this.#core.answerStateless(cancel, source, 481);
      return;
    }
    const toTag = transaction.owner;
    this.#core.answerStateless(cancel, source, 200, toTag === undefined ? {} : { toTag });
    if (toTag !== undefined) this.#usages.cancel(toTag, transaction, now);
  }
}
