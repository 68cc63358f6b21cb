import { dialogOfCaller, isOfDialog } from '../dialogs/dialog.ts';
import { createDialogRequest, waysOf } from '../dialogs/dialog-request.ts';
import type { SipRequest, SipResponse } from '../messages/message.ts';
import type { HeaderPair } from '../messages/response.ts';
import { serializeMessage } from '../messages/serialize-message.ts';
import { DeadlineQueue } from '../transactions/deadline-queue.ts';
import { RFC3261_TIMERS } from '../transactions/timers.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { TransactionOutput } from '../transactions/transaction-layer.ts';
import { type Destination, type Source, TRANSPORTS } from '../transport/flow.ts';
import type { UserAgentCore } from './core.ts';
import { answerEarlyRequest } from './early-requests.ts';
import type { InviteUsages } from './invite-usages.ts';
import {
  createCancel,
  createInvite,
  eventOf,
  type Invitation,
  OUTGOING_TABLE,
  type OutgoingEvent,
  type OutgoingInvite,
} from './outgoing-invite.ts';
import { ALLOW, SUPPORTED } from './request-checks.ts';
import { minimumOf, SESSION_TIMER, timerHeaders } from './session-timer.ts';

/** A response, its transaction, and where it came from. */
type Answer = Extract<TransactionOutput, { kind: 'response' }>;

const NEVER = Number.POSITIVE_INFINITY;
/** RFC 3261 section 16.6: timer C is more than three minutes. */
const RING_MS = 180_000;
/**
 * Number of destinations that may answer one INVITE of ours if a proxy forks it. Further ones are ignored.
 */
const MAX_FORKS = 8;

/**
 * Our calls until they are answered (RFC 3261 sections 9.1, 13.1, 13.2). Answered calls are passed to the
 * invite usages.
 */
export class OutgoingInvites {
  readonly #core: UserAgentCore;
  readonly #usages: InviteUsages;
  readonly #invites = new Map<string, OutgoingInvite>();
  readonly #deadlines = new DeadlineQueue<OutgoingInvite>();
  readonly #ringMs: number;
  /** Section 9.1: how long an INVITE may take to end after its CANCEL. */
  readonly #cancelMs: number;

  constructor(core: UserAgentCore, usages: InviteUsages) {
    this.#core = core;
    this.#usages = usages;
    this.#ringMs = core.options.ringMs ?? RING_MS;
    this.#cancelMs = 64 * (core.options.timers ?? RFC3261_TIMERS).T1;
  }

  get wakeAt(): number {
    return this.#deadlines.wakeAt;
  }

  get size(): number {
    return this.#invites.size;
  }

  /** Whether an unanswered call of ours goes over the connection. */
  isUsing(connection: number): boolean {
    for (const { to } of this.#invites.values()) if (to.connection === connection) return true;
    return false;
  }

  place(invitation: Invitation, now: number): void {
    const core = this.#core;
    const { usageId, to } = invitation;
    if (this.#invites.has(usageId)) return;
    const intervalS = SESSION_TIMER.usualS;
    const invite = this.#createInvite(invitation, core.options.ids.hex(16), 1, intervalS);
    const transaction = core.layer.request(invite, to, now);
    transaction.owner = usageId;
    const outgoing: OutgoingInvite = {
      id: usageId,
      state: 'calling',
      invitation,
      intervalS,
      invite,
      to,
      transaction,
      heard: false,
      cancelled: false,
      acks: new Map(),
      early: new Map(),
      wakeAt: now + this.#ringMs,
      queueIndex: -1,
    };
    this.#invites.set(usageId, outgoing);
    this.#deadlines.update(outgoing);
  }

  /** The user hangs up before the call is answered, and considers it ended. */
  cancel(usageId: string, now: number): void {
    const outgoing = this.#invites.get(usageId);
    if (outgoing && this.#move(outgoing, 'hang up')) this.#giveUp(outgoing, now);
  }

  /** Returns false if the transaction is not that of an initial INVITE. */
  onResponse(answer: Answer, now: number): boolean {
    const { transaction, response } = answer;
    const outgoing = this.#of(transaction);
    if (!outgoing) return false;
    if (response.status === 422 && this.#placeAgain(outgoing, response, now)) return true;
    const event = eventOf(response);
    const before = outgoing.state;
    if (!this.#move(outgoing, event)) return true;
    if (event === 'provisional') this.#onProvisional(outgoing, answer, now);
    else if (event === 'success') this.#onSuccess(outgoing, answer, before === 'giving up', now);
    else if (before !== 'giving up') this.#reject(outgoing, response.status, response.reason, true);
    return true;
  }

  /** Handles a request with a To tag. Returns false if it matches no early dialog of ours. */
  onRequest(request: SipRequest, source: Source, now: number): boolean {
    const outgoing = this.#invites.get(request.toTag);
    const dialog = outgoing?.early.get(request.fromTag)?.dialog;
    if (outgoing?.state !== 'proceeding' || !dialog || !isOfDialog(dialog, request)) return false;
    answerEarlyRequest(this.#core, dialog, request, source, now);
    return true;
  }

  /** Returns false if the transaction is not that of an initial INVITE. */
  onTransactionFailed(transaction: Transaction, cause: 'timeout' | 'transport error'): boolean {
    const outgoing = this.#of(transaction);
    if (!outgoing) return false;
    const unanswered = outgoing.state === 'calling' || outgoing.state === 'proceeding';
    this.#move(outgoing, 'failure');
    // Section 8.1.3.1: failures reported by the layers below count as 408 and 503.
    if (unanswered && cause === 'timeout') this.#reject(outgoing, 408, 'nothing answers', false);
    else if (unanswered) this.#reject(outgoing, 503, 'the telephone cannot be reached', false);
    return true;
  }

  onTerminated(transaction: Transaction): void {
    const outgoing = this.#of(transaction);
    if (!outgoing) return;
    this.#deadlines.remove(outgoing);
    this.#invites.delete(outgoing.id);
  }

  /** Ends our calls over a WebSocket or TLS connection that has closed. */
  connectionClosed(connection: number, now: number): void {
    for (const { to, transaction } of [...this.#invites.values()]) {
      if (TRANSPORTS[to.transport].callers && to.connection === connection) {
        this.#core.layer.transportFailed(transaction.key, now);
      }
    }
  }

  elapse(now: number): void {
    for (;;) {
      const outgoing = this.#deadlines.due(now);
      if (!outgoing) return;
      outgoing.wakeAt = NEVER;
      this.#deadlines.update(outgoing);
      const ringing = outgoing.state !== 'giving up';
      if (!this.#move(outgoing, 'time out')) continue;
      if (ringing) {
        this.#reject(outgoing, 408, 'nobody answered', false);
        this.#giveUp(outgoing, now);
      } else {
        this.#core.layer.abandon(outgoing.transaction);
      }
    }
  }

  #of(transaction: Transaction): OutgoingInvite | undefined {
    const outgoing = this.#invites.get(transaction.owner ?? '');
    return outgoing?.transaction === transaction ? outgoing : undefined;
  }

  #createInvite(invitation: Invitation, callId: string, cseq: number, intervalS: number): SipRequest {
    const core = this.#core;
    const session = timerHeaders(
      intervalS,
      intervalS > SESSION_TIMER.usualS ? intervalS : SESSION_TIMER.minS,
    );
    return createInvite(invitation, {
      callId,
      cseq,
      branch: core.newBranch(),
      sentBy: core.options,
      headers: [core.contact(invitation.to), ALLOW, SUPPORTED, ...session, ...core.userAgentHeader],
    });
  }

  /**
   * RFC 4028 section 7.3: sends the INVITE again with the interval that the peer requires. Returns false if
   * that is pointless.
   */
  #placeAgain(outgoing: OutgoingInvite, response: SipResponse, now: number): boolean {
    const minS = minimumOf(response) ?? 0;
    if (minS <= outgoing.intervalS || (outgoing.state !== 'calling' && outgoing.state !== 'proceeding'))
      return false;
    outgoing.intervalS = minS;
    const { invitation, invite, to } = outgoing;
    outgoing.invite = this.#createInvite(invitation, invite.callId, invite.cseq!.number + 1, minS);
    outgoing.transaction = this.#core.layer.request(outgoing.invite, to, now);
    outgoing.transaction.owner = outgoing.id;
    outgoing.state = 'calling';
    outgoing.heard = false;
    outgoing.early.clear();
    return true;
  }

  #onProvisional(outgoing: OutgoingInvite, { response, source }: Answer, now: number): void {
    const { status } = response;
    const first = !outgoing.heard;
    outgoing.heard = true;
    if (!this.#acknowledgeProvisional(outgoing, response, source, now)) return;
    if (outgoing.state === 'giving up') this.#sendCancel(outgoing, now);
    else if (status === 100 && first) this.#core.outputs.push({ kind: 'trying', usageId: outgoing.id });
    else if (status > 100)
      this.#core.outputs.push({ kind: 'ringing', usageId: outgoing.id, status, response, source });
  }

  /**
   * RFC 3262 section 4: sends PRACK in order, once for each response. Returns false for a response out of
   * order or repeated.
   */
  #acknowledgeProvisional(
    outgoing: OutgoingInvite,
    response: SipResponse,
    source: Source,
    now: number,
  ): boolean {
    const rseq = Number(/^\s*(\d{1,10})\s*$/.exec(response.headers.get('rseq') ?? '')?.[1]);
    const required = response.headers.list('require').some((tag) => tag.toLowerCase() === '100rel');
    if (!required || !(rseq > 0) || response.toTag === '') return true;
    let early = outgoing.early.get(response.toTag);
    if (early ? rseq !== early.rseq + 1 : outgoing.early.size >= MAX_FORKS) return false;
    early ??= { dialog: dialogOfCaller(outgoing.invite, response, wayOf(outgoing, source)), rseq };
    early.rseq = rseq;
    outgoing.early.set(response.toTag, early);
    const rack: HeaderPair = ['RAck', `${rseq} ${outgoing.invite.cseq!.number} INVITE`];
    const content = { method: 'PRACK', headers: [rack, ...this.#core.userAgentHeader] };
    this.#usages.requests.send(early.dialog, content, undefined, now);
    return true;
  }

  /**
   * Section 13.2.2.4: every 2xx gets an ACK. The first one becomes the call; others, and one that arrives too
   * late, get a BYE.
   */
  #onSuccess(outgoing: OutgoingInvite, { response, source }: Answer, tooLate: boolean, now: number): void {
    outgoing.wakeAt = NEVER;
    this.#deadlines.update(outgoing);
    if (outgoing.acks.has(response.toTag)) {
      this.#acknowledge(outgoing, response.toTag);
      return;
    }
    if (outgoing.acks.size >= MAX_FORKS) return;
    const core = this.#core;
    const isFirst = outgoing.acks.size === 0;
    const dialog = dialogOfCaller(outgoing.invite, response, wayOf(outgoing, source));
    const early = outgoing.early.get(response.toTag)?.dialog;
    if (early) {
      dialog.localSeq = early.localSeq;
      dialog.remoteSeq = early.remoteSeq;
    }
    outgoing.acks.set(response.toTag, { dialog, branch: core.newBranch(), times: 0 });
    this.#acknowledge(outgoing, response.toTag);
    if (isFirst && !tooLate) {
      const { body, contentType } = outgoing.invitation;
      this.#usages.adopt(dialog, response, { body, contentType }, now);
      core.outputs.push({ kind: 'answered', usageId: outgoing.id, response, source });
      return;
    }
    this.#usages.requests.send(dialog, { method: 'BYE', headers: core.userAgentHeader }, undefined, now);
  }

  /** A repeated 2xx shows that the last ACK has not arrived, so this one takes the next way. */
  #acknowledge(outgoing: OutgoingInvite, toTag: string): void {
    const sent = outgoing.acks.get(toTag)!;
    const ways = waysOf(sent.dialog);
    const cseq = outgoing.invite.cseq!.number;
    const content = { method: 'ACK', cseq, branch: sent.branch, sentBy: this.#core.options };
    const ack = createDialogRequest(sent.dialog, content, ways[sent.times % Math.max(1, ways.length)]);
    sent.times++;
    if (ack) this.#core.outputs.push({ kind: 'send', bytes: serializeMessage(ack.request), to: ack.to });
  }

  #giveUp(outgoing: OutgoingInvite, now: number): void {
    outgoing.wakeAt = now + this.#cancelMs;
    this.#deadlines.update(outgoing);
    if (outgoing.heard) this.#sendCancel(outgoing, now);
  }

  #sendCancel(outgoing: OutgoingInvite, now: number): void {
    if (outgoing.cancelled) return;
    outgoing.cancelled = true;
    this.#core.layer.request(createCancel(outgoing.invite), outgoing.to, now);
  }

  #reject(outgoing: OutgoingInvite, status: number, reason: string, byPeer: boolean): void {
    this.#core.outputs.push({ kind: 'rejected', usageId: outgoing.id, status, reason, byPeer });
  }

  /** Returns false if the table does not allow the event; then nothing has changed. */
  #move(outgoing: OutgoingInvite, event: OutgoingEvent): boolean {
    const next = OUTGOING_TABLE[outgoing.state][event];
    if (!next) return false;
    outgoing.state = next;
    if (next === 'over') {
      outgoing.wakeAt = NEVER;
      this.#deadlines.remove(outgoing);
    }
    return true;
  }
}

/** The way to the peer that has responded: over TCP, the connection that the response came on (RFC 5923). */
function wayOf({ to }: OutgoingInvite, { connection }: Source): Destination {
  return connection === undefined ? to : { ...to, connection };
}
