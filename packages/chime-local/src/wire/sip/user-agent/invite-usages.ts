import { type Dialog, dialogOfCallee, hear, isOfDialog } from '../dialogs/dialog.ts';
import type { SipRequest, SipResponse } from '../messages/message.ts';
import type { ResponseContent } from '../messages/response.ts';
import { DeadlineQueue } from '../transactions/deadline-queue.ts';
import { RFC3261_TIMERS, type TimerBase } from '../transactions/timers.ts';
import type { Transaction } from '../transactions/transaction.ts';
import { type Source, TRANSPORTS } from '../transport/flow.ts';
import type { UserAgentCore } from './core.ts';
import { DialogRequests } from './dialog-requests.ts';
import { InDialogRequests } from './in-dialog-requests.ts';
import { createUsage, type InviteUsage, USAGE_TABLE, type UsageEvent, usageWakeAt } from './invite-usage.ts';
import { Liveness, type Watch } from './liveness.ts';
import type { EndCause, PendingRequest } from './outputs.ts';
import { OwnRequests } from './own-requests.ts';
import { ReliableProvisionals } from './reliable-provisionals.ts';
import { ALLOW, allows, SUPPORTED } from './request-checks.ts';
import { acceptTimer, agreedTimer } from './session-timer.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** RFC 3261 section 13.3.1.1: a provisional response every minute keeps proxies from giving up. */
const PROGRESS_EVERY_MS = 60_000;
/**
 * RFC 3261 section 17.2.1: 100 is sent unless another response is sent within 200 ms. Half of that allows for
 * the timers of a busy process; a caller retransmits its INVITE after 500 ms.
 */
const TRYING_AFTER_MS = 100;

/** All invite usages of a user agent: their state table, timers and endings. */
export class InviteUsages {
  readonly core: UserAgentCore;
  readonly timers: TimerBase;
  readonly requests: DialogRequests;
  readonly liveness: Liveness;
  readonly reliable: ReliableProvisionals;
  readonly #usages = new Map<string, InviteUsage>();
  readonly #deadlines = new DeadlineQueue<InviteUsage>();
  readonly #inDialog: InDialogRequests;
  readonly #own: OwnRequests;

  constructor(core: UserAgentCore) {
    this.core = core;
    this.timers = core.options.timers ?? RFC3261_TIMERS;
    this.requests = new DialogRequests(core);
    this.liveness = new Liveness(this);
    this.reliable = new ReliableProvisionals(this);
    this.#inDialog = new InDialogRequests(this);
    this.#own = new OwnRequests(this);
  }

  get wakeAt(): number {
    return Math.min(this.#deadlines.wakeAt, this.requests.wakeAt);
  }

  get size(): number {
    return this.#usages.size;
  }

  /** Whether the peer of a call was last heard over the connection. */
  isUsing(connection: number): boolean {
    for (const { dialog } of this.#usages.values()) {
      if (dialog.heard?.source.connection === connection) return true;
    }
    return false;
  }

  /** Opens a usage for a new INVITE (section 13.3.1). */
  open(invite: SipRequest, source: Source, now: number): void {
    const transaction = this.core.layer.open(invite, source);
    const usage = createUsage(dialogOfCallee(invite, this.core.newTag(), source), { transaction, invite });
    transaction.owner = usage.id;
    usage.takesUpdate = allows(invite, 'UPDATE');
    const expires = invite.headers.get('expires');
    if (expires !== undefined && /^\d{1,9}$/.test(expires)) usage.expiresAt = now + Number(expires) * 1000;
    this.#usages.set(usage.id, usage);
    usage.tryingAt = now + TRYING_AFTER_MS;
    this.reschedule(usage);
    this.core.outputs.push({ kind: 'invited', usageId: usage.id, request: invite, source });
  }

  progress(usageId: string, status: number, now: number, content?: InviteUsage['progressContent']): void {
    const usage = this.#usages.get(usageId);
    if (usage?.state !== 'invited' || status < 101 || status > 199) return;
    usage.progressStatus = status;
    usage.progressContent = content;
    usage.progressAt = now + PROGRESS_EVERY_MS;
    const reliable = this.reliable.headersOf(usage, now);
    usage.progressWaits = !reliable && usage.unpracked !== undefined;
    if (reliable) {
      usage.tryingAt = NEVER;
      const headers = [this.contactOf(usage), ALLOW, SUPPORTED, ...reliable];
      this.#respond(usage, status, { headers, ...content }, now);
    }
    this.reschedule(usage);
  }

  accept(usageId: string, content: { body: Buffer; contentType: string; offer: boolean }, now: number): void {
    const usage = this.#usages.get(usageId);
    if (!usage || !this.#move(usage, 'accept')) return;
    const transaction = usage.transaction!;
    const { body, contentType, offer } = content;
    const invite = usage.invite!;
    const { timer, headers } = acceptTimer(invite);
    usage.session = { body, contentType };
    const { unpracked } = usage;
    usage.owedPrack = unpracked && { rseq: unpracked.rseq, cseq: invite.cseq!.number };
    const described = { headers: [this.contactOf(usage), ALLOW, SUPPORTED, ...headers], body, contentType };
    this.#respond(usage, 200, described, now);
    this.liveness.agree(usage, timer, now);
    this.awaitAck(usage, transaction, { cseq: invite.cseq!.number, initial: true, offer }, now);
    this.#forgetInvite(usage);
  }

  refuse(usageId: string, status: number, content: ResponseContent, now: number): void {
    const usage = this.#usages.get(usageId);
    if (usage) this.#finishUnanswered(usage, 'refuse', 'refused', status, content, now);
  }

  /**
   * Handles the CANCEL of `transaction`: responds 487, unless the final response has been sent; then nothing
   * changes (section 9.2).
   */
  cancel(usageId: string, transaction: Transaction, now: number): void {
    const usage = this.#usages.get(usageId);
    if (usage?.transaction === transaction) this.cancelUnanswered(usage, now);
  }

  cancelUnanswered(usage: InviteUsage, now: number): void {
    this.#finishUnanswered(usage, 'cancel', 'cancelled', 487, {}, now);
  }

  bye(usageId: string, now: number): void {
    const usage = this.#usages.get(usageId);
    if (!usage || !this.#move(usage, 'bye ordered')) return;
    if (usage.state === 'terminated') this.#own.sendBye(usage, now);
    this.settle(usage, 'bye sent');
  }

  reinvite(usageId: string, offer: { body: Buffer; contentType: string }, now: number): void {
    const usage = this.#usages.get(usageId);
    if (usage?.state === 'confirmed' && !usage.ownInvite) this.#own.startReinvite(usage, offer, now);
  }

  /** Sends a re-INVITE that changes nothing, if there is a description to repeat. */
  refresh(usage: InviteUsage, now: number): void {
    if (usage.state !== 'confirmed' || usage.ownInvite || !usage.session) return;
    this.#own.startReinvite(usage, undefined, now);
  }

  reply(
    pending: PendingRequest,
    status: number,
    content: ResponseContent & { offer?: boolean },
    now: number,
  ): void {
    this.#inDialog.reply(this.#usages.get(pending.usageId), pending, status, content, now);
  }

  /** Creates the usage of a call of ours that was answered. */
  adopt(dialog: Dialog, response: SipResponse, session: InviteUsage['session'], now: number): void {
    const usage = createUsage(dialog);
    usage.session = session;
    usage.takesUpdate = allows(response, 'UPDATE');
    this.#usages.set(usage.id, usage);
    this.liveness.agree(usage, agreedTimer(response), now);
  }

  watch(usageId: string, watch: Watch, now: number): void {
    const usage = this.#usages.get(usageId);
    if (usage && usage.state !== 'terminated') this.liveness.watch(usage, watch, now);
  }

  /**
   * Handles a closed connection: ends all usages whose peer can be reached on that connection only (RFC 5626
   * section 5.3).
   */
  connectionClosed(connection: number, now: number): void {
    for (const usage of [...this.#usages.values()]) {
      const flow = usage.dialog.heard?.source;
      if (!flow || !TRANSPORTS[flow.transport].callers || flow.connection !== connection) continue;
      if (usage.state === 'invited') this.#finishUnanswered(usage, 'gone', 'gone', 480, {}, now);
      else if (this.#move(usage, 'gone')) this.settle(usage, 'gone');
    }
  }

  /** Handles a request with a To tag. Returns false if it matches no dialog of ours. */
  onRequest(request: SipRequest, source: Source, now: number): boolean {
    const usage = this.#find(request);
    if (!usage) return false;
    this.#inDialog.receive(usage, request, source, now);
    return true;
  }

  onAck(ack: SipRequest, source: Source, now: number): void {
    const usage = this.#find(ack);
    const waiting = usage?.unacknowledged;
    // Section 13.3.1.4; an ACK that no 2xx waits for is a repeated one.
    if (!usage || !waiting || waiting.cseq !== ack.cseq!.number) return;
    hear(usage.dialog, ack, source);
    this.liveness.heardFrom(usage, now);
    usage.unacknowledged = undefined;
    const leaving = usage.state === 'leaving';
    this.acknowledge(usage, waiting.initial, ack);
    if (leaving) {
      this.#own.sendBye(usage, now);
      this.settle(usage, 'bye sent');
    }
    this.reschedule(usage);
  }

  /** The peer has received our 2xx: its ACK or its next INVITE shows it. */
  acknowledge(usage: InviteUsage, initial: boolean, ack: SipRequest): void {
    if (initial) this.#move(usage, 'ack');
    if (usage.state === 'terminated') return;
    this.core.outputs.push({ kind: 'acknowledged', usageId: usage.id, initial, ack });
  }

  onResponse(transaction: Transaction, response: SipResponse, now: number): void {
    const usage = this.#usages.get(transaction.owner ?? '');
    if (usage && transaction.kind === 'non-invite-client') {
      this.liveness.onResponse(usage, transaction, response, now);
    } else if (usage) this.#own.onResponse(usage, transaction, response, now);
    // A re-INVITE that gets a provisional response after the end of its usage is abandoned, too.
    else if (transaction.kind === 'invite-client' && transaction.state === 'proceeding') {
      this.core.layer.abandon(transaction);
    }
  }

  onTransactionFailed(transaction: Transaction, now: number): void {
    const usage = this.#usages.get(transaction.owner ?? '');
    if (!usage) return;
    if (transaction.kind === 'non-invite-client') {
      this.liveness.onUnanswered(usage, transaction, now);
    } else if (transaction.kind === 'invite-client') {
      // Section 12.2.1.2: no response at all is treated like a 408.
      this.leave(usage, 'gone', now);
    } else if (transaction === usage.transaction) {
      // The caller of an unanswered call can no longer be reached.
      if (this.#move(usage, 'gone')) this.settle(usage, 'gone');
    }
  }

  /**
   * The peer has lost the dialog, does not respond or has not refreshed it: sends a BYE in any case, and ends
   * the usage.
   */
  leave(usage: InviteUsage, cause: 'gone' | 'not refreshed', now: number): void {
    if (!this.#move(usage, 'gone')) return;
    this.#own.sendBye(usage, now);
    this.settle(usage, cause);
  }

  /** RFC 3262 section 3: a required PRACK has not arrived. */
  notPracked(usage: InviteUsage, now: number): void {
    const text = 'no PRACK came for the reliable provisional answer';
    this.#finishUnanswered(usage, 'no prack', 'no ack', 504, { text }, now);
  }

  byeReceived(usage: InviteUsage): void {
    if (this.#move(usage, 'bye received')) this.settle(usage, 'bye received');
  }

  /** Starts to repeat a 2xx until its ACK arrives. */
  awaitAck(
    usage: InviteUsage,
    transaction: Transaction,
    about: { cseq: number; initial: boolean; offer: boolean },
    now: number,
  ): void {
    const { T1 } = this.timers;
    usage.unacknowledged = {
      transaction,
      ...about,
      interval: T1,
      resendAt: now + T1,
      giveUpAt: now + 64 * T1,
    };
    this.reschedule(usage);
  }

  elapse(now: number): void {
    this.requests.elapse(now);
    for (;;) {
      const usage = this.#deadlines.due(now);
      if (!usage) return;
      this.#onTime(usage, now);
      this.reschedule(usage);
    }
  }

  contactOf(usage: InviteUsage) {
    return this.core.contact(usage.dialog.heard?.source ?? { transport: 'udp' });
  }

  reschedule(usage: InviteUsage): void {
    if (usage.state === 'terminated') {
      this.#deadlines.remove(usage);
      return;
    }
    usage.wakeAt = usageWakeAt(usage);
    this.#deadlines.update(usage);
  }

  #onTime(usage: InviteUsage, now: number): void {
    const waiting = usage.unacknowledged;
    if (waiting && waiting.giveUpAt <= now) {
      // Section 13.3.1.4: without an ACK within 64*T1 the dialog is confirmed, and the session is ended with
      // a BYE.
      usage.unacknowledged = undefined;
      if (!this.#move(usage, 'no ack')) return;
      this.#own.sendBye(usage, now);
      this.settle(usage, 'no ack');
    } else if (waiting && waiting.resendAt <= now) {
      this.core.layer.repeat2xx(waiting.transaction);
      waiting.interval = Math.min(waiting.interval * 2, this.timers.T2);
      waiting.resendAt = now + waiting.interval;
    } else if (usage.tryingAt <= now) {
      usage.tryingAt = NEVER;
      if (usage.transaction && usage.invite) this.core.respond(usage.transaction, usage.invite, 100, {}, now);
    } else if (usage.expiresAt <= now) {
      // Section 13.3.1: an expired invitation is answered with 487.
      this.#finishUnanswered(usage, 'expire', 'expired', 487, {}, now);
    } else if (usage.progressAt <= now) {
      this.progress(usage.id, usage.progressStatus, now, usage.progressContent);
    } else if (usage.ownInvite && usage.ownInvite.retryAt <= now) {
      this.#own.sendReinvite(usage, usage.ownInvite, now);
    } else if (!this.reliable.onTime(usage, now)) {
      this.liveness.onTime(usage, now);
    }
  }

  #find(request: SipRequest): InviteUsage | undefined {
    const usage = this.#usages.get(request.toTag);
    return usage && isOfDialog(usage.dialog, request) ? usage : undefined;
  }

  #respond(usage: InviteUsage, status: number, content: ResponseContent, now: number): void {
    const { transaction, invite } = usage;
    if (transaction && invite) {
      this.core.respond(transaction, invite, status, Object.assign({}, content, { toTag: usage.id }), now);
    }
  }

  #finishUnanswered(
    usage: InviteUsage,
    event: UsageEvent,
    cause: EndCause,
    status: number,
    content: ResponseContent,
    now: number,
  ): void {
    if (!this.#move(usage, event)) return;
    this.#respond(usage, status, content, now);
    this.#forgetInvite(usage);
    this.settle(usage, cause);
  }

  #forgetInvite(usage: InviteUsage): void {
    usage.invite = undefined;
    usage.transaction = undefined;
    usage.tryingAt = NEVER;
    usage.expiresAt = NEVER;
    usage.progressAt = NEVER;
    usage.unpracked = undefined;
    this.reschedule(usage);
  }

  /** Returns false if the table does not allow the event; then nothing has changed. */
  #move(usage: InviteUsage, event: UsageEvent): boolean {
    const next = USAGE_TABLE[usage.state][event];
    if (!next) return false;
    usage.state = next;
    return true;
  }

  /** Removes a usage that has ended, and reports it once. */
  settle(usage: InviteUsage, cause: EndCause): void {
    if (usage.state !== 'terminated') return;
    usage.unacknowledged = undefined;
    // A re-INVITE with a provisional response has no timer that would end it.
    const reinvite = usage.ownInvite?.transaction;
    if (reinvite?.state === 'proceeding') this.core.layer.abandon(reinvite);
    this.#deadlines.remove(usage);
    if (this.#usages.delete(usage.id)) this.core.outputs.push({ kind: 'ended', usageId: usage.id, cause });
  }
}
