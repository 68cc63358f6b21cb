/** Which SIP headers an application may send with a call. DG: sip-headers. */
import { MAX_SIP_HEADER_CHARACTERS } from 'pstn-audio';
import { badRequest } from '../errors.ts';

/** Header names that are allowed without the prefix `x-`. */
const NAMED = new Set(['user-to-user', 'diversion']);
/** Prefixes that the service reserves for itself. */
const RESERVED = ['x-amzn', 'x-vine', 'x-vc', 'x-canary', 'x-voice'];
/** `token` of RFC 3261 section 25.1. */
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
/** A header's value is one line of text (RFC 3261 section 25.1, `TEXT-UTF8`): no control characters but tabs. */
const CONTROL = /[^\P{Cc}\t]/u;

/**
 * @throws ApiError 400 that names the refused headers. It does not repeat their values, which are the
 * application's own.
 */
export function checkSipHeaders(headers: Record<string, string>): void {
  const refused = Object.keys(headers).filter((name) => !mayBeSent(name));
  if (refused.length > 0) throw badRequest(`Invalid SIP header(s) provided: ${refused.join(', ')}`);
  for (const [name, value] of Object.entries(headers)) {
    if (value.length > MAX_SIP_HEADER_CHARACTERS) {
      throw badRequest(
        `SipHeaders: the value of ${name} has ${value.length} characters; ${MAX_SIP_HEADER_CHARACTERS} are allowed`,
      );
    }
    if (CONTROL.test(value)) throw badRequest(`SipHeaders: the value of ${name} has control characters`);
  }
}

function mayBeSent(name: string): boolean {
  const lower = name.toLowerCase();
  if (!TOKEN.test(name) || RESERVED.some((prefix) => lower.startsWith(prefix))) return false;
  return (lower.startsWith('x-') && lower.length > 2) || NAMED.has(lower);
}
