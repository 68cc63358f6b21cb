import type { HeaderPair, SipRequest } from '#sip';
import { SIP_HEADER_COUNT, SIP_HEADER_LENGTH } from './limits.ts';

/** RFC 3261 section 25.1: `token`. */
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const NAMED = new Set(['user-to-user', 'diversion']);

/**
 * The headers of an INVITE that go to the application: `x-…`, User-to-User, Diversion. Several fields of one
 * name are joined by commas, as RFC 3261 section 7.3.1 allows. Headers beyond the limits for length and
 * number are left out; `left` counts them.
 */
export function applicationHeaders(request: SipRequest): {
  headers: Record<string, string> | undefined;
  left: number;
} {
  const { keys, names } = request.headers;
  const found = new Map<string, string>();
  const seen = new Set<string>();
  let left = 0;
  for (const [index, key] of keys.entries()) {
    if (seen.has(key) || !isApplications(key)) continue;
    seen.add(key);
    const value = request.headers.fields(key).join(', ');
    if (value.length > SIP_HEADER_LENGTH || found.size >= SIP_HEADER_COUNT) left++;
    else found.set(names[index]!, value);
  }
  return { headers: found.size > 0 ? Object.fromEntries(found) : undefined, left };
}

/**
 * The application's headers for an outgoing call. Headers that could inject another header or exceed the
 * limits are left out.
 */
export function allowedHeaders(headers: Readonly<Record<string, string>>): HeaderPair[] {
  return Object.entries(headers)
    .filter(
      ([name, value]) =>
        TOKEN.test(name) &&
        isApplications(name.toLowerCase()) &&
        value.length <= SIP_HEADER_LENGTH &&
        !/[\r\n\0]/.test(value),
    )
    .slice(0, SIP_HEADER_COUNT);
}

function isApplications(key: string): boolean {
  return key.startsWith('x-') || NAMED.has(key);
}
