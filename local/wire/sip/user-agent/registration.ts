import type { SipRequest } from '../messages/message.ts';
import { parseNameAddr } from '../messages/name-addr.ts';
import type { HeaderPair } from '../messages/response.ts';

/** RFC 3261 section 10.2: what a registrar grants when nobody asks for a time, s. */
const DEFAULT_EXPIRES_S = 3600;
const MAX_CONTACTS = 10;

/**
 * REGISTER is answered as if it had been stored (RFC 3261 section 10.3, step 8): many phones refuse to dial
 * before they are registered. Nothing is stored and nothing is routed to the contact: calls only come in here.
 */
export function registrationHeaders(request: SipRequest): HeaderPair[] {
  const header = request.headers.get('expires') ?? '';
  const asked = /^\d{1,9}$/.test(header) ? Number(header) : DEFAULT_EXPIRES_S;
  const granted: HeaderPair[] = [];
  for (const value of request.headers.list('contact').slice(0, MAX_CONTACTS)) {
    if (value === '*') continue;
    const contact = parseNameAddr(value);
    if (!contact) continue;
    const own = contact.params.get('expires') ?? '';
    const expires = /^\d{1,9}$/.test(own) ? Number(own) : asked;
    if (expires > 0) granted.push(['Contact', `<${contact.uri}>;expires=${expires}`]);
  }
  return granted;
}
