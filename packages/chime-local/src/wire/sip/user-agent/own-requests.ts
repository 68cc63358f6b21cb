import { refreshTarget } from '../dialogs/dialog.ts';
import { createDialogRequest, waysOf } from '../dialogs/dialog-request.ts';
import type { SipResponse } from '../messages/message.ts';
import { serializeMessage } from '../messages/serialize-message.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { UserAgentCore } from './core.ts';
import type { InviteUsage, OwnInvite } from './invite-usage.ts';
import type { InviteUsages } from './invite-usages.ts';
import { ALLOW, SUPPORTED } from './request-checks.ts';
import { agreedTimer, minimumOf, timerHeaders } from './session-timer.ts';

const NEVER = Number.POSITIVE_INFINITY;
/**
 * Section 14.1: after a 491 the side that did not create the Call-ID, which is the called one, tries again
 * after 0 to 2 s, the other side after 2.1 to 4 s, in steps of 10 ms.
 */
const GLARE_STEP_MS = 10;
const GLARE_STEPS = 201;
const CALLER_GLARE_MS = 2_100;
const CALLER_GLARE_STEPS = 191;

/**
 * Our requests in a dialog: BYE, re-INVITE and its ACK (RFC 3261 sections 12.2.1, 13.2.2.4, 14.1, 15.1.1).
 */
export class OwnRequests {
  readonly #usages: InviteUsages;
  readonly #core: UserAgentCore;

  constructor(usages: InviteUsages) {
    this.#usages = usages;
    this.#core = usages.core;
  }

  /** The session is over when the BYE is sent, whatever the response is (section 15.1.1). */
  sendBye(usage: InviteUsage, now: number): void {
    const headers = this.#core.userAgentHeader;
    this.#usages.requests.send(usage.dialog, { method: 'BYE', headers }, undefined, now);
  }

  startReinvite(usage: InviteUsage, offer: OwnInvite['offer'], now: number): void {
    const own: OwnInvite = { offer, cseq: 0, transaction: undefined, retryAt: NEVER };
    usage.ownInvite = own;
    if (usage.theirInvite || usage.unacknowledged) {
      // An INVITE of the peer is in progress, so ours must not start (section 14.1). Try again soon.
      this.#retryLater(usage, own, now);
      return;
    }
    this.sendReinvite(usage, own, now);
  }

  sendReinvite(usage: InviteUsage, own: OwnInvite, now: number): void {
    own.retryAt = NEVER;
    const { timer, minS } = usage;
    const session = timer ? timerHeaders(timer.intervalS, minS, timer.ours ? 'uac' : 'uas') : [];
    const headers = [
      this.#usages.contactOf(usage),
      ALLOW,
      SUPPORTED,
      ...session,
      ...this.#core.userAgentHeader,
    ];
    usage.session = own.offer ?? usage.session;
    const content = { method: 'INVITE', headers, ...usage.session };
    own.transaction = this.#usages.requests.send(usage.dialog, content, usage.id, now);
    own.cseq = usage.dialog.localSeq;
    if (!own.transaction) this.#finish(usage, 503, undefined);
  }

  onResponse(usage: InviteUsage, transaction: Transaction, response: SipResponse, now: number): void {
    const { status } = response;
    const cseq = response.cseq!.number;
    if (usage.ownInvite?.cseq === cseq) usage.ownInvite.transaction = transaction;
    if (status < 200) return;
    this.#usages.liveness.heardFrom(usage, now);
    if (status < 300) {
      this.#acknowledge(usage, cseq);
      if (usage.ownInvite?.cseq !== cseq) return;
      refreshTarget(usage.dialog, response);
      const kept = usage.timer?.ours ? usage.timer : undefined;
      this.#usages.liveness.agree(usage, agreedTimer(response) ?? kept, now);
      this.#finish(usage, status, response);
    } else if (usage.ownInvite?.cseq !== cseq) {
      return;
    } else if (status === 491) {
      this.#retryLater(usage, usage.ownInvite, now);
    } else if (status === 481 || status === 408) {
      // Section 12.2.1.2: the dialog is gone.
      this.#usages.leave(usage, 'gone', now);
    } else if (status === 422 && (minimumOf(response) ?? 0) > usage.minS) {
      usage.minS = minimumOf(response)!;
      this.sendReinvite(usage, usage.ownInvite, now);
    } else {
      this.#finish(usage, status, undefined);
    }
  }

  /**
   * Section 13.2.2.4: each 2xx of the same INVITE, even a repeated one, gets an ACK. A repeated 2xx shows
   * that the last ACK has not arrived, so the next one takes the next way.
   */
  #acknowledge(usage: InviteUsage, cseq: number): void {
    const again = usage.lastAck?.cseq === cseq ? usage.lastAck.times : 0;
    const ways = waysOf(usage.dialog);
    if (again === 0 || ways.length > 1) {
      const content = { method: 'ACK', cseq, branch: this.#core.newBranch(), sentBy: this.#core.options };
      const made = createDialogRequest(usage.dialog, content, ways[again % ways.length]);
      if (!made) return;
      usage.lastAck = { cseq, bytes: serializeMessage(made.request), to: made.to, times: 0 };
    }
    if (!usage.lastAck) return;
    usage.lastAck.times = again + 1;
    this.#core.outputs.push({ kind: 'send', bytes: usage.lastAck.bytes, to: usage.lastAck.to });
  }

  #retryLater(usage: InviteUsage, own: OwnInvite, now: number): void {
    const { ids } = this.#core.options;
    own.retryAt = usage.placed
      ? now + CALLER_GLARE_MS + ids.integer(CALLER_GLARE_STEPS) * GLARE_STEP_MS
      : now + ids.integer(GLARE_STEPS) * GLARE_STEP_MS;
    this.#usages.reschedule(usage);
  }

  #finish(usage: InviteUsage, status: number, response: SipResponse | undefined): void {
    usage.ownInvite = undefined;
    this.#usages.reschedule(usage);
    this.#core.outputs.push({ kind: 'reinvited', usageId: usage.id, status, response });
  }
}
