import { hear, refreshTarget, takeSequence } from '../dialogs/dialog.ts';
import type { SipRequest } from '../messages/message.ts';
import type { HeaderPair, ResponseContent } from '../messages/response.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { Source } from '../transport/flow.ts';
import type { UserAgentCore } from './core.ts';
import type { InviteUsage } from './invite-usage.ts';
import type { InviteUsages } from './invite-usages.ts';
import type { PendingRequest } from './outputs.ts';
import { ACCEPT, ALLOW, allows, type Refusal, refuseRequest, SUPPORTED } from './request-checks.ts';
import { acceptTimer, refuseTimer } from './session-timer.ts';

/** Section 14.2: a random Retry-After from 0 to 10 s. */
const RETRY_AFTER_BELOW_S = 11;

/**
 * Handles the peer's requests in a dialog: RFC 3261 sections 12.2.2, 14.2 and 15.1.2, RFC 3311 section 5.2.
 */
export class InDialogRequests {
  readonly #usages: InviteUsages;
  readonly #core: UserAgentCore;

  constructor(usages: InviteUsages) {
    this.#usages = usages;
    this.#core = usages.core;
  }

  receive(usage: InviteUsage, request: SipRequest, source: Source, now: number): void {
    const transaction = this.#core.layer.open(request, source);
    const refusal = this.#refuse(usage, request);
    if (refusal) {
      this.#core.respond(transaction, request, refusal.status, refusal, now);
      this.#core.tellRefusal(request, source, refusal.status, refusal.text);
      return;
    }
    hear(usage.dialog, request, source);
    this.#usages.liveness.heardFrom(usage, now);
    this.#usages.reschedule(usage);
    switch (request.method) {
      case 'BYE':
        this.#core.respond(transaction, request, 200, {}, now);
        // A BYE before the final response ends the call like a CANCEL (section 15.1.2: 487 to the INVITE).
        if (usage.state === 'invited') this.#usages.cancelUnanswered(usage, now);
        else this.#usages.byeReceived(usage);
        return;
      case 'INFO':
        this.#core.outputs.push({ kind: 'info', pending: { usageId: usage.id, request, transaction } });
        return;
      case 'INVITE':
      case 'UPDATE':
        this.#modify(usage, request, transaction, now);
        return;
      case 'OPTIONS':
        this.#core.respond(
          transaction,
          request,
          200,
          { headers: [this.#usages.contactOf(usage), ALLOW, ACCEPT, SUPPORTED] },
          now,
        );
        return;
      case 'PRACK':
        this.#acknowledge(usage, request, transaction, now);
        return;
      default:
        this.#core.respond(transaction, request, 405, { headers: [ALLOW] }, now);
    }
  }

  #acknowledge(usage: InviteUsage, prack: SipRequest, transaction: Transaction, now: number): void {
    const status = this.#usages.reliable.onPrack(usage, prack);
    const content = status === 200 ? {} : { text: 'no provisional answer of this call waits for this PRACK' };
    this.#core.respond(transaction, prack, status, content, now);
    if (status !== 200 || !usage.progressWaits) return;
    this.#usages.progress(usage.id, usage.progressStatus, now, usage.progressContent);
  }

  #refuse(usage: InviteUsage, request: SipRequest): Refusal | undefined {
    // Section 12.2.2: a request that is out of order gets a 500.
    if (!takeSequence(usage.dialog, request)) {
      return { status: 500, text: 'the CSeq number is not above the last one' };
    }
    // A BYE is not refused for what else it requires: its sender has left the call.
    return request.method === 'BYE' ? undefined : refuseRequest(request);
  }

  #modify(usage: InviteUsage, request: SipRequest, transaction: Transaction, now: number): void {
    const refusal = this.#refuseModification(usage, request);
    if (refusal) {
      this.#core.respond(transaction, request, refusal.status, refusal, now);
      return;
    }
    if (request.method === 'INVITE') {
      const waiting = usage.unacknowledged;
      if (waiting) {
        // The peer can have sent this only after our 2xx, so its ACK is lost or late.
        usage.unacknowledged = undefined;
        this.#usages.acknowledge(usage, waiting.initial, request);
      }
      usage.theirInvite = transaction;
    }
    this.#core.outputs.push({ kind: 'modified', pending: { usageId: usage.id, request, transaction } });
  }

  #refuseModification(usage: InviteUsage, request: SipRequest): Refusal | undefined {
    const isOffer = request.method === 'INVITE' || request.body.length > 0;
    const later: HeaderPair = ['Retry-After', String(this.#core.options.ids.integer(RETRY_AFTER_BELOW_S))];
    // Section 14.2 and RFC 3311 section 5.2: an earlier offer of the peer has not been answered yet.
    if (isOffer && (usage.state === 'invited' || usage.theirInvite)) {
      return { status: 500, text: 'an offer of yours is not answered yet', headers: [later] };
    }
    // Section 14.2: glare. An offer of ours has been sent and not been answered.
    if (isOffer && (isRunning(usage) || usage.unacknowledged?.offer)) {
      return { status: 491, text: 'an offer of ours is not answered yet' };
    }
    // The call is being ended: the BYE follows the ACK.
    if (usage.state === 'leaving') return { status: 488, text: 'the call is being ended' };
    return refuseTimer(request);
  }

  /** Sends the user's response to an INFO, re-INVITE or UPDATE. */
  reply(
    usage: InviteUsage | undefined,
    { request, transaction }: PendingRequest,
    status: number,
    content: ResponseContent & { offer?: boolean },
    now: number,
  ): void {
    const modifies = request.method !== 'INFO';
    const headers = [...(content.headers ?? [])];
    if (usage && modifies && status < 300) {
      refreshTarget(usage.dialog, request);
      const agreed = acceptTimer(request);
      headers.push(this.#usages.contactOf(usage), ALLOW, SUPPORTED, ...agreed.headers);
      usage.takesUpdate ||= allows(request, 'UPDATE');
      if (content.body && content.contentType !== undefined) {
        usage.session = { body: content.body, contentType: content.contentType };
      }
      this.#usages.liveness.agree(usage, agreed.timer, now);
    }
    this.#core.respond(transaction, request, status, { ...content, headers }, now);
    if (!usage || usage.theirInvite !== transaction) return;
    usage.theirInvite = undefined;
    if (status >= 300) return;
    const cseq = request.cseq!.number;
    this.#usages.awaitAck(usage, transaction, { cseq, initial: false, offer: content.offer ?? false }, now);
  }
}

function isRunning(usage: InviteUsage): boolean {
  return usage.ownInvite !== undefined && usage.ownInvite.retryAt === Number.POSITIVE_INFINITY;
}
