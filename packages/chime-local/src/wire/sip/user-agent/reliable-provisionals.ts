import type { SipRequest } from '../messages/message.ts';
import type { HeaderPair } from '../messages/response.ts';
import type { InviteUsage } from './invite-usage.ts';
import type { InviteUsages } from './invite-usages.ts';

/** A provisional response that is repeated until its PRACK arrives (RFC 3262 section 3). */
export interface Unpracked {
  readonly rseq: number;
  resendAt: number;
  interval: number;
  readonly giveUpAt: number;
}

/** The caller's use of 100rel. */
export type Reliability = 'required' | 'supported' | 'no';

/** The first RSeq is less than 2**31 (section 3). */
const RSEQ_END = 2 ** 31 - 1;
const RACK = /^(\d{1,10})\s+(\d{1,10})\s+(\S+)$/;

/** Reliable provisional responses for callers that ask for them (RFC 3262). */
export class ReliableProvisionals {
  readonly #usages: InviteUsages;

  constructor(usages: InviteUsages) {
    this.#usages = usages;
  }

  /**
   * The additional headers of a provisional response to the usage's INVITE; undefined if it must not be sent.
   */
  headersOf(usage: InviteUsage, now: number): readonly HeaderPair[] | undefined {
    const { invite } = usage;
    const asked = invite ? reliabilityOf(invite) : 'no';
    if (asked === 'no') return [];
    // The first reliable response to an INVITE without an offer would have to contain one (RFC 3261 section
    // 13.2.1).
    if (invite!.body.length === 0) return asked === 'required' ? undefined : [];
    // Section 3: the previous reliable response must be acknowledged first.
    if (usage.unpracked) return asked === 'required' ? undefined : [];
    const { T1 } = this.#usages.timers;
    usage.rseq = usage.rseq === 0 ? 1 + this.#usages.core.options.ids.integer(RSEQ_END) : usage.rseq + 1;
    usage.unpracked = { rseq: usage.rseq, interval: T1, resendAt: now + T1, giveUpAt: now + 64 * T1 };
    return [
      ['Require', '100rel'],
      ['RSeq', String(usage.rseq)],
    ];
  }

  /** Handles a PRACK. Returns the status of the response. */
  onPrack(usage: InviteUsage, prack: SipRequest): number {
    const [, rseq, cseq, method] = RACK.exec(prack.headers.get('rack') ?? '') ?? [];
    const { unpracked, invite } = usage;
    const owed =
      unpracked && invite?.cseq ? { rseq: unpracked.rseq, cseq: invite.cseq.number } : usage.owedPrack;
    if (Number(rseq) !== owed?.rseq || Number(cseq) !== owed.cseq || method !== 'INVITE') return 481;
    usage.unpracked = undefined;
    usage.owedPrack = undefined;
    this.#usages.reschedule(usage);
    return 200;
  }

  /** Returns true if something here was due. */
  onTime(usage: InviteUsage, now: number): boolean {
    const { unpracked, transaction, invite } = usage;
    if (!unpracked || Math.min(unpracked.resendAt, unpracked.giveUpAt) > now) return false;
    if (!transaction || !invite) {
      usage.unpracked = undefined;
    } else if (unpracked.giveUpAt <= now) {
      usage.unpracked = undefined;
      // Section 3 ends the call. A caller that only announced support for the extension may not be able to
      // use it.
      if (reliabilityOf(invite) === 'required') this.#usages.notPracked(usage, now);
    } else {
      this.#usages.core.layer.repeat2xx(transaction);
      unpracked.interval *= 2;
      unpracked.resendAt = now + unpracked.interval;
    }
    return true;
  }
}

export function reliabilityOf({ headers }: SipRequest): Reliability {
  const has = (key: string) => headers.list(key).some((tag) => tag.toLowerCase() === '100rel');
  return has('require') ? 'required' : has('supported') ? 'supported' : 'no';
}
