import { refreshTarget } from '../dialogs/dialog.ts';
import type { SipResponse } from '../messages/message.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { UserAgentCore } from './core.ts';
import type { InviteUsage } from './invite-usage.ts';
import type { InviteUsages } from './invite-usages.ts';
import { SUPPORTED } from './request-checks.ts';
import { agreedTimer, minimumOf, type SessionTimer, timerDelays, timerHeaders } from './session-timer.ts';

const NEVER = Number.POSITIVE_INFINITY;
/**
 * How often a watched peer is asked, ms: with 32 s for the response, its absence is noticed within two
 * minutes.
 */
const PROBE_EVERY_MS = 60_000;
/**
 * This long after an unanswered OPTIONS the peer is also sent an INVITE, in T1: half of the time allowed for
 * the response.
 */
const ASK_AGAIN_T1 = 32;
/** A refresh that failed for a possibly temporary reason is retried after this share of the interval. */
const RETRY_SHARE = 0.125;
/** How long a response may take, in T1 (RFC 3261 section 17.1.2.2: timer F). */
const UNANSWERED_T1 = 64;

/** `now`: ask at once and periodically after that. `later`: ask periodically. `off`: do not ask. */
export type Watch = 'now' | 'later' | 'off';

/**
 * Finds out whether the peer of an answered call is still there: by OPTIONS in the dialog, which every
 * response except 481 and 408 confirms (RFC 3261 section 12.2.1.2, RFC 5057 section 5), and by the refreshes
 * of RFC 4028. Some telephones do not respond to OPTIONS: these are also sent an INVITE before they count as
 * gone.
 */
export class Liveness {
  readonly #usages: InviteUsages;
  readonly #core: UserAgentCore;
  readonly #probeEveryMs: number;

  constructor(usages: InviteUsages) {
    this.#usages = usages;
    this.#core = usages.core;
    this.#probeEveryMs = usages.core.options.probeEveryMs ?? PROBE_EVERY_MS;
  }

  watch(usage: InviteUsage, watch: Watch, now: number): void {
    usage.watched = watch !== 'off';
    if (watch === 'now' && usage.probing) return;
    usage.probeAt = watch === 'off' ? NEVER : watch === 'now' ? now : now + this.#probeEveryMs;
    if (watch === 'now') this.#probe(usage, now);
    this.#usages.reschedule(usage);
  }

  /** A request or a response of the peer has arrived. */
  heardFrom(usage: InviteUsage, now: number): void {
    usage.asked = false;
    if (usage.watched) usage.probeAt = now + this.#probeEveryMs;
  }

  /** An INVITE or UPDATE transaction has agreed on this session timer, or on none. */
  agree(usage: InviteUsage, timer: SessionTimer | undefined, now: number): void {
    usage.timer = timer;
    const { refreshMs, overMs } = timer ? timerDelays(timer) : { refreshMs: NEVER, overMs: NEVER };
    usage.refreshAt = timer?.ours ? now + refreshMs : NEVER;
    usage.overAt = timer?.ours ? NEVER : now + overMs;
    this.#usages.reschedule(usage);
  }

  /** Returns true if something here was due. */
  onTime(usage: InviteUsage, now: number): boolean {
    if (usage.overAt <= now) {
      usage.overAt = NEVER;
      this.#usages.leave(usage, 'not refreshed', now);
    } else if (usage.refreshAt <= now) {
      this.#refresh(usage, now);
    } else if (usage.probeAt <= now) {
      if (usage.asked) this.#askByInvite(usage, now);
      else this.#probe(usage, now);
    } else return false;
    return true;
  }

  /** Handles the response to an OPTIONS or UPDATE of ours. */
  onResponse(usage: InviteUsage, { method }: Transaction, response: SipResponse, now: number): void {
    const { status } = response;
    if (status < 200) return;
    if (status === 481 || status === 408) {
      this.#usages.leave(usage, 'gone', now);
      return;
    }
    this.heardFrom(usage, now);
    if (method === 'OPTIONS') usage.probing = false;
    if (method === 'UPDATE') this.#onRefreshed(usage, response, now);
    this.#usages.reschedule(usage);
  }

  /** No response has arrived to an OPTIONS or UPDATE of ours. */
  onUnanswered(usage: InviteUsage, { method }: Transaction, now: number): void {
    if (method !== 'OPTIONS' || usage.asked) this.#usages.leave(usage, 'gone', now);
    else usage.probing = false;
  }

  #onRefreshed(usage: InviteUsage, response: SipResponse, now: number): void {
    const { status } = response;
    if (status < 300) {
      refreshTarget(usage.dialog, response);
      this.agree(usage, agreedTimer(response) ?? usage.timer, now);
    } else if (status === 422) {
      const minS = minimumOf(response) ?? 0;
      if (minS <= usage.minS) return;
      usage.minS = minS;
      usage.refreshAt = now;
    } else if (status === 405 || status === 501) {
      usage.takesUpdate = false;
      usage.refreshAt = now;
    }
  }

  /**
   * Section 7.4: refreshes by UPDATE if the peer allows it, which needs no description; otherwise by INVITE
   * with the current one.
   */
  #refresh(usage: InviteUsage, now: number): void {
    const { timer } = usage;
    if (!timer || usage.state !== 'confirmed') return;
    // Not while the previous refresh may still be answered (RFC 3311 section 5.1).
    const unanswered = UNANSWERED_T1 * this.#usages.timers.T1;
    usage.refreshAt = now + Math.max(timer.intervalS * 1000 * RETRY_SHARE, unanswered);
    if (!usage.takesUpdate) {
      this.#usages.refresh(usage, now);
      return;
    }
    const headers = [
      this.#usages.contactOf(usage),
      SUPPORTED,
      ...timerHeaders(timer.intervalS, usage.minS, 'uac'),
      ...this.#core.userAgentHeader,
    ];
    this.#usages.requests.send(usage.dialog, { method: 'UPDATE', headers }, usage.id, now);
  }

  #probe(usage: InviteUsage, now: number): void {
    if (usage.state !== 'confirmed' || usage.probing) {
      this.heardFrom(usage, now);
      return;
    }
    usage.asked = true;
    usage.probing = true;
    usage.probeAt = now + ASK_AGAIN_T1 * this.#usages.timers.T1;
    const headers = [this.#usages.contactOf(usage), ...this.#core.userAgentHeader];
    const sent = this.#usages.requests.send(usage.dialog, { method: 'OPTIONS', headers }, usage.id, now);
    if (!sent) this.#usages.leave(usage, 'gone', now);
  }

  #askByInvite(usage: InviteUsage, now: number): void {
    usage.probeAt = NEVER;
    this.#usages.refresh(usage, now);
  }
}
