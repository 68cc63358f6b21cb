import { dialogOfCaller } from '../dialogs/dialog.ts';
import { makeDialogRequest } from '../dialogs/dialog-request.ts';
import type { SipResponse } from '../messages/message.ts';
import { serializeMessage } from '../messages/serialize-message.ts';
import { DeadlineQueue } from '../transactions/deadline-queue.ts';
import { RFC3261_TIMERS } from '../transactions/timers.ts';
import type { Transaction } from '../transactions/transaction.ts';
import { flowTo } from '../transport/flow.ts';
import type { UserAgentCore } from './core.ts';
import type { InviteUsages } from './invite-usages.ts';
import {
  eventOf,
  type Invitation,
  makeCancel,
  makeInvite,
  OUTGOING_TABLE,
  type OutgoingEvent,
  type OutgoingInvite,
} from './outgoing-invite.ts';
import { ALLOW } from './request-checks.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** RFC 3261 section 16.6: timer C is more than three minutes. */
const RING_MS = 180_000;
/** Places that may answer one INVITE of ours, when a proxy on the way forks it. Further ones are left alone. */
const MAX_FORKS = 8;

/** Our calls before and at their answer: RFC 3261 sections 9.1, 13.1, 13.2. What is answered goes to the invite usages. */
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

  place(invitation: Invitation, now: number): void {
    const core = this.#core;
    const { usageId, to } = invitation;
    if (this.#invites.has(usageId)) return;
    const invite = makeInvite(invitation, {
      callId: core.options.ids.hex(16),
      cseq: 1,
      branch: core.newBranch(),
      sentBy: core.options,
      headers: [core.contact(to), ALLOW, ...core.userAgentHeader],
    });
    const transaction = core.layer.request(invite, to, now);
    transaction.owner = usageId;
    const outgoing: OutgoingInvite = {
      id: usageId,
      state: 'calling',
      invite,
      to,
      transaction,
      heard: false,
      cancelled: false,
      acks: new Map(),
      wakeAt: now + this.#ringMs,
      queueIndex: -1,
    };
    this.#invites.set(usageId, outgoing);
    this.#deadlines.update(outgoing);
  }

  /** The user hangs up before the answer, and takes the call for ended. */
  cancel(usageId: string, now: number): void {
    const outgoing = this.#invites.get(usageId);
    if (outgoing && this.#move(outgoing, 'hang up')) this.#giveUp(outgoing, now);
  }

  /** False when the transaction is not one of a first INVITE. */
  onResponse(transaction: Transaction, response: SipResponse, now: number): boolean {
    const outgoing = this.#of(transaction);
    if (!outgoing) return false;
    const event = eventOf(response);
    const before = outgoing.state;
    if (!this.#move(outgoing, event)) return true;
    if (event === 'provisional') this.#onProvisional(outgoing, response, now);
    else if (event === 'success') this.#onSuccess(outgoing, response, before === 'giving up', now);
    else if (before !== 'giving up') this.#reject(outgoing, response.status, response.reason, true);
    return true;
  }

  /** False when the transaction is not one of a first INVITE. */
  onTransactionFailed(transaction: Transaction, cause: 'timeout' | 'transport error'): boolean {
    const outgoing = this.#of(transaction);
    if (!outgoing) return false;
    const unanswered = outgoing.state === 'calling' || outgoing.state === 'proceeding';
    this.#move(outgoing, 'failure');
    // Section 8.1.3.1: what the layers below report counts as 408 and 503.
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

  /** The WebSocket has closed. */
  connectionClosed(connection: number, now: number): void {
    for (const { to, transaction } of [...this.#invites.values()]) {
      if (to.transport === 'ws' && to.connection === connection) {
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

  #onProvisional(outgoing: OutgoingInvite, { status }: SipResponse, now: number): void {
    outgoing.heard = true;
    if (outgoing.state === 'giving up') this.#sendCancel(outgoing, now);
    else if (status > 100) this.#core.outputs.push({ kind: 'ringing', usageId: outgoing.id, status });
  }

  /** Section 13.2.2.4: every 2xx gets its ACK. The first one is the call; others, and one that comes too late, a BYE. */
  #onSuccess(outgoing: OutgoingInvite, response: SipResponse, tooLate: boolean, now: number): void {
    outgoing.wakeAt = NEVER;
    this.#deadlines.update(outgoing);
    const known = outgoing.acks.get(response.toTag);
    if (known) {
      this.#core.outputs.push({ kind: 'send', ...known });
      return;
    }
    if (outgoing.acks.size >= MAX_FORKS) return;
    const core = this.#core;
    const isFirst = outgoing.acks.size === 0;
    const dialog = dialogOfCaller(outgoing.invite, response, flowTo(outgoing.to));
    const ack = makeDialogRequest(dialog, {
      method: 'ACK',
      cseq: dialog.localSeq,
      branch: core.newBranch(),
      sentBy: core.options,
    });
    if (ack) {
      const sent = { bytes: serializeMessage(ack.request), to: ack.to };
      outgoing.acks.set(response.toTag, sent);
      core.outputs.push({ kind: 'send', ...sent });
    }
    if (isFirst && !tooLate) {
      this.#usages.adopt(dialog);
      core.outputs.push({ kind: 'answered', usageId: outgoing.id, response });
      return;
    }
    const content = { method: 'BYE', branch: core.newBranch(), sentBy: core.options };
    const bye = makeDialogRequest(dialog, { ...content, headers: core.userAgentHeader });
    if (bye) core.layer.request(bye.request, bye.to, now);
  }

  #giveUp(outgoing: OutgoingInvite, now: number): void {
    outgoing.wakeAt = now + this.#cancelMs;
    this.#deadlines.update(outgoing);
    if (outgoing.heard) this.#sendCancel(outgoing, now);
  }

  #sendCancel(outgoing: OutgoingInvite, now: number): void {
    if (outgoing.cancelled) return;
    outgoing.cancelled = true;
    this.#core.layer.request(makeCancel(outgoing.invite), outgoing.to, now);
  }

  #reject(outgoing: OutgoingInvite, status: number, reason: string, byPeer: boolean): void {
    this.#core.outputs.push({ kind: 'rejected', usageId: outgoing.id, status, reason, byPeer });
  }

  /** False when the table does not allow the event; then nothing changed. */
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
