import { refreshTarget } from '../dialogs/dialog.ts';
import { makeDialogRequest } from '../dialogs/dialog-request.ts';
import type { SipResponse } from '../messages/message.ts';
import { serializeMessage } from '../messages/serialize-message.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { UserAgentCore } from './core.ts';
import type { InviteUsage, OwnInvite } from './invite-usage.ts';
import type { InviteUsages } from './invite-usages.ts';
import { ALLOW } from './request-checks.ts';

const NEVER = Number.POSITIVE_INFINITY;
/**
 * Section 14.1: after a 491 the side that did not make the Call-ID, which is the called one, tries again after 0 to 2 s,
 * the other after 2.1 to 4 s, in steps of 10 ms.
 */
const GLARE_STEP_MS = 10;
const GLARE_STEPS = 201;
const CALLER_GLARE_MS = 2_100;
const CALLER_GLARE_STEPS = 191;

/** Our requests inside a dialog: BYE, re-INVITE and its ACK (RFC 3261 sections 12.2.1, 13.2.2.4, 14.1, 15.1.1). */
export class OwnRequests {
  readonly #usages: InviteUsages;
  readonly #core: UserAgentCore;

  constructor(usages: InviteUsages) {
    this.#usages = usages;
    this.#core = usages.core;
  }

  /** The session is over when the BYE goes out, whatever is answered (section 15.1.1). */
  sendBye(usage: InviteUsage, now: number): void {
    const made = makeDialogRequest(usage.dialog, {
      method: 'BYE',
      branch: this.#core.newBranch(),
      sentBy: this.#core.options,
      headers: this.#core.userAgentHeader,
    });
    if (made) this.#core.layer.request(made.request, made.to, now);
  }

  startReinvite(usage: InviteUsage, content: { body: Buffer; contentType: string }, now: number): void {
    const own: OwnInvite = { ...content, cseq: 0, transaction: undefined, retryAt: NEVER };
    usage.ownInvite = own;
    if (usage.theirInvite || usage.unacknowledged) {
      // An INVITE of the peer is in progress: ours may not start (section 14.1). Try again soon.
      this.#retryLater(usage, own, now);
      return;
    }
    this.sendReinvite(usage, own, now);
  }

  sendReinvite(usage: InviteUsage, own: OwnInvite, now: number): void {
    own.retryAt = NEVER;
    const made = makeDialogRequest(usage.dialog, {
      method: 'INVITE',
      branch: this.#core.newBranch(),
      sentBy: this.#core.options,
      headers: [this.#usages.contactOf(usage), ALLOW, ...this.#core.userAgentHeader],
      body: own.body,
      contentType: own.contentType,
    });
    if (!made) {
      this.#finish(usage, 503, Buffer.alloc(0));
      return;
    }
    own.cseq = made.request.cseq!.number;
    const transaction = this.#core.layer.request(made.request, made.to, now);
    transaction.owner = usage.id;
    own.transaction = transaction;
  }

  onResponse(usage: InviteUsage, transaction: Transaction, response: SipResponse, now: number): void {
    const { status } = response;
    if (transaction.kind !== 'invite-client' || status < 200) return;
    const cseq = response.cseq!.number;
    if (status < 300) {
      this.#acknowledge(usage, cseq);
      if (usage.ownInvite?.cseq !== cseq) return;
      refreshTarget(usage.dialog, response);
      this.#finish(usage, status, response.body);
    } else if (usage.ownInvite?.cseq !== cseq) {
      return;
    } else if (status === 491) {
      this.#retryLater(usage, usage.ownInvite, now);
    } else if (status === 481 || status === 408) {
      // Section 12.2.1.2: the dialog is gone.
      this.#usages.leave(usage, now);
    } else {
      this.#finish(usage, status, Buffer.alloc(0));
    }
  }

  /** Section 13.2.2.4: each 2xx of the same INVITE, also a repeated one, gets the same ACK. */
  #acknowledge(usage: InviteUsage, cseq: number): void {
    if (usage.lastAck?.cseq !== cseq) {
      const made = makeDialogRequest(usage.dialog, {
        method: 'ACK',
        cseq,
        branch: this.#core.newBranch(),
        sentBy: this.#core.options,
      });
      if (!made) return;
      usage.lastAck = { cseq, bytes: serializeMessage(made.request), to: made.to };
    }
    this.#core.outputs.push({ kind: 'send', bytes: usage.lastAck.bytes, to: usage.lastAck.to });
  }

  #retryLater(usage: InviteUsage, own: OwnInvite, now: number): void {
    const { ids } = this.#core.options;
    own.retryAt = usage.placed
      ? now + CALLER_GLARE_MS + ids.integer(CALLER_GLARE_STEPS) * GLARE_STEP_MS
      : now + ids.integer(GLARE_STEPS) * GLARE_STEP_MS;
    this.#usages.reschedule(usage);
  }

  #finish(usage: InviteUsage, status: number, body: Buffer): void {
    usage.ownInvite = undefined;
    this.#usages.reschedule(usage);
    this.#core.outputs.push({ kind: 'reinvited', usageId: usage.id, status, body });
  }
}
