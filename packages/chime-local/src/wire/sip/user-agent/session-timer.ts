import type { HeaderList } from '../messages/headers.ts';
import type { SipRequest, SipResponse } from '../messages/message.ts';
import type { HeaderPair } from '../messages/response.ts';
import type { Refusal } from './request-checks.ts';

/** Session timers (RFC 4028). All times in s. */
export const SESSION_TIMER = {
  /** Section 4: the smallest interval that may be requested, and that we accept. */
  minS: 90,
  /** Section 4: the recommended interval, which we request in our calls. */
  usualS: 1_800,
  /** A session of a day is practically never refreshed; longer intervals are reduced to this. */
  maxS: 86_400,
} as const;

/**
 * Section 10: the side that does not refresh ends the session this long before its end, but at most a third
 * of the interval.
 */
const EARLY_S = 32;

/** The session timer that the two sides agreed on. */
export interface SessionTimer {
  readonly intervalS: number;
  /** Whether we refresh; otherwise the peer does. */
  readonly ours: boolean;
}

interface SessionExpires {
  readonly intervalS: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

/** Section 4: reads `Session-Expires: 90;refresher=uac`. Undefined if absent or malformed. */
function readSessionExpires(headers: HeaderList): SessionExpires | undefined {
  const match = /^\s*(\d{1,10})\s*(?:;(.*))?$/s.exec(headers.get('session-expires') ?? '');
  if (!match) return undefined;
  const refresher = /(?:^|;)\s*refresher\s*=\s*"?(uac|uas)\b/i.exec(match[2] ?? '')?.[1]?.toLowerCase();
  const intervalS = Math.min(Number(match[1]), SESSION_TIMER.maxS);
  return { intervalS, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined };
}

function knowsTimers({ headers }: SipRequest): boolean {
  return [...headers.list('supported'), ...headers.list('require')].some(
    (tag) => tag.toLowerCase() === 'timer',
  );
}

/**
 * Section 6: too short an interval gets 422, unless a proxy requested it for a caller without timer support
 * (section 8.1).
 */
export function refuseTimer(request: SipRequest): Refusal | undefined {
  const proposed = readSessionExpires(request.headers);
  if (!proposed || proposed.intervalS >= SESSION_TIMER.minS || !knowsTimers(request)) return undefined;
  return {
    status: 422,
    text: `Session-Expires of ${proposed.intervalS} s; at least ${SESSION_TIMER.minS} s are needed`,
    headers: [['Min-SE', String(SESSION_TIMER.minS)]],
  };
}

/** Section 9, table 2: the timer that our 2xx to an INVITE or UPDATE agrees on, and its header fields. */
export function acceptTimer(request: SipRequest): { timer: SessionTimer | undefined; headers: HeaderPair[] } {
  const proposed = readSessionExpires(request.headers);
  if (!proposed) return { timer: undefined, headers: [] };
  const knows = knowsTimers(request);
  const refresher = knows ? (proposed.refresher ?? 'uac') : 'uas';
  const intervalS = Math.max(proposed.intervalS, minimumOf(request) ?? 0, SESSION_TIMER.minS);
  const headers: HeaderPair[] = [['Session-Expires', `${intervalS};refresher=${refresher}`]];
  if (refresher === 'uac') headers.push(['Require', 'timer']);
  return { timer: { intervalS, ours: refresher === 'uas' }, headers };
}

/** Section 7.1: the timer headers of our INVITE or UPDATE. `minS`: the minimum that a 422 has required. */
export function timerHeaders(intervalS: number, minS: number, refresher?: 'uac' | 'uas'): HeaderPair[] {
  const role = refresher ? `;refresher=${refresher}` : '';
  const headers: HeaderPair[] = [['Session-Expires', `${Math.max(intervalS, minS)}${role}`]];
  if (minS > SESSION_TIMER.minS) headers.push(['Min-SE', String(minS)]);
  return headers;
}

/**
 * Section 7.2: the timer that the 2xx to our request agrees on; a peer without timer support omits the field.
 */
export function agreedTimer({ headers }: SipResponse): SessionTimer | undefined {
  const proposed = readSessionExpires(headers);
  if (!proposed) return undefined;
  return { intervalS: Math.max(proposed.intervalS, SESSION_TIMER.minS), ours: proposed.refresher !== 'uas' };
}

/** The minimum interval in a request or a 422 (section 7.3); undefined if it is absent or implausible. */
export function minimumOf({ headers }: SipRequest | SipResponse): number | undefined {
  const minS = Number(/^\s*(\d{1,6})/.exec(headers.get('min-se') ?? '')?.[1]);
  return minS > 0 && minS <= SESSION_TIMER.maxS ? minS : undefined;
}

/**
 * Section 10: when the refresher refreshes, and when the session ends if no refresh arrives, in ms from now.
 */
export function timerDelays({ intervalS }: SessionTimer): { refreshMs: number; overMs: number } {
  return { refreshMs: intervalS * 500, overMs: (intervalS - Math.min(EARLY_S, intervalS / 3)) * 1000 };
}
