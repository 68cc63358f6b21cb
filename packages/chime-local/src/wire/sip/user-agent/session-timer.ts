import type { HeaderList } from '../messages/headers.ts';
import type { SipRequest, SipResponse } from '../messages/message.ts';
import type { HeaderPair } from '../messages/response.ts';
import type { Refusal } from './request-checks.ts';

/** Session timers: RFC 4028. All in s. */
export const SESSION_TIMER = {
  /** Section 4: nobody may ask for less, and we take no less. */
  minS: 90,
  /** Section 4: recommended, and what we ask for in calls of ours. */
  usualS: 1_800,
  /** A session of a day is never refreshed in practice; a longer one is cut to this. */
  maxS: 86_400,
} as const;

/** Section 10: the side that does not refresh ends the session so long before the end, at most a third of it. */
const EARLY_S = 32;

/** What the two sides agreed on for a session. */
export interface SessionTimer {
  readonly intervalS: number;
  /** We refresh; otherwise the peer does. */
  readonly ours: boolean;
}

interface SessionExpires {
  readonly intervalS: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

/** Section 4: `Session-Expires: 90;refresher=uac`. Undefined when absent or malformed. */
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

/** Section 6: too short an interval gets 422, unless a proxy asked on behalf of a caller that knows no timers (section 8.1). */
export function refuseTimer(request: SipRequest): Refusal | undefined {
  const proposed = readSessionExpires(request.headers);
  if (!proposed || proposed.intervalS >= SESSION_TIMER.minS || !knowsTimers(request)) return undefined;
  return {
    status: 422,
    text: `Session-Expires of ${proposed.intervalS} s; at least ${SESSION_TIMER.minS} s are needed`,
    headers: [['Min-SE', String(SESSION_TIMER.minS)]],
  };
}

/** Section 9, table 2: what is agreed by a 2xx of ours to an INVITE or UPDATE, and the header fields that say so. */
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

/** Section 7.1: what an INVITE or UPDATE of ours asks for. `minS`: what a 422 has asked for. */
export function timerHeaders(intervalS: number, minS: number, refresher?: 'uac' | 'uas'): HeaderPair[] {
  const role = refresher ? `;refresher=${refresher}` : '';
  const headers: HeaderPair[] = [['Session-Expires', `${Math.max(intervalS, minS)}${role}`]];
  if (minS > SESSION_TIMER.minS) headers.push(['Min-SE', String(minS)]);
  return headers;
}

/** Section 7.2: what the 2xx to a request of ours agrees to; a peer without timers leaves the field out. */
export function agreedTimer({ headers }: SipResponse): SessionTimer | undefined {
  const proposed = readSessionExpires(headers);
  if (!proposed) return undefined;
  return { intervalS: Math.max(proposed.intervalS, SESSION_TIMER.minS), ours: proposed.refresher !== 'uas' };
}

/** The least interval that a request, or a 422 (section 7.3), allows; undefined when it says none, or one that nobody means. */
export function minimumOf({ headers }: SipRequest | SipResponse): number | undefined {
  const minS = Number(/^\s*(\d{1,6})/.exec(headers.get('min-se') ?? '')?.[1]);
  return minS > 0 && minS <= SESSION_TIMER.maxS ? minS : undefined;
}

/** Section 10: when the refresher refreshes, and when the session is over for who is not heard, ms from now. */
export function timerDelays({ intervalS }: SessionTimer): { refreshMs: number; overMs: number } {
  return { refreshMs: intervalS * 500, overMs: (intervalS - Math.min(EARLY_S, intervalS / 3)) * 1000 };
}
