import type { SipRequest } from '../messages/message.ts';
import { parseNameAddr } from '../messages/name-addr.ts';
import { compact, quote } from '../messages/scan.ts';
import type { RegistrarLimits } from './limits.ts';

/** One Contact of a REGISTER. Text is copied out of the message, so that it can be freed. */
export interface RegisteredContact {
  /** The URI as it was written; the Request-URI of calls. */
  readonly uri: string;
  /** RFC 5626 section 4.1: identifies the device, whatever its current address is. */
  readonly instance: string | undefined;
  /** RFC 5626 section 4.2: identifies one of the flows of the device. */
  readonly regId: string | undefined;
  /** The preference relative to the other contacts of the number, 0 to 1 (section 20.10). */
  readonly q: number;
  /** The requested time, limited to the maximum, s; 0 removes the binding. */
  readonly expiresS: number;
}

/**
 * What the Contact fields request: to list the bindings, to remove all, or to store these; a text if
 * malformed.
 */
export type RequestedBindings = 'query' | 'remove all' | RegisteredContact[] | { readonly malformed: string };

/** Reads the Contact fields of a REGISTER (RFC 3261 section 10.3, steps 6 and 7). */
export function readRequestedBindings(request: SipRequest, limits: RegistrarLimits): RequestedBindings {
  const values = request.headers.list('contact');
  if (values.length === 0) return 'query';
  const header = request.headers.get('expires');
  if (values.some((value) => value.split(';', 1)[0]!.trim() === '*')) {
    return values.length === 1 && Number(header) === 0
      ? 'remove all'
      : { malformed: 'Contact * stands alone and with Expires 0' };
  }
  if (values.length > limits.contactsPerRequest) {
    return { malformed: `more than ${limits.contactsPerRequest} Contacts` };
  }
  const contacts: RegisteredContact[] = [];
  for (const value of values) {
    const contact = parseNameAddr(value, 'first');
    if (!contact) return { malformed: 'malformed Contact' };
    const { params } = contact;
    contacts.push({
      uri: compact(contact.uri),
      instance: copied(params.get('+sip.instance')),
      regId: copied(params.get('reg-id')),
      q: preference(params.get('q')),
      expiresS: expiry(params.get('expires') ?? header, limits),
    });
  }
  return contacts;
}

/** Section 20.19: a malformed time counts as absent. */
function expiry(text: string | undefined, { defaultExpiresS, maxExpiresS }: RegistrarLimits): number {
  const asked = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : defaultExpiresS;
  return Math.min(asked, maxExpiresS);
}

/** Section 25.1: a q value such as `0.7`. Without a valid one, the contact has the highest preference. */
function preference(text: string | undefined): number {
  return text !== undefined && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 1;
}

function copied(text: string | undefined): string | undefined {
  return text === undefined ? undefined : compact(text);
}

/**
 * The Contact value in our response: browsers search the response for their own Contact, and ignore the
 * response without it.
 */
export function contactValue(contact: Omit<RegisteredContact, 'expiresS' | 'q'>, expiresS: number): string {
  let value = `<${contact.uri}>`;
  if (contact.instance !== undefined) value += `;+sip.instance=${quote(contact.instance)}`;
  if (contact.regId !== undefined && /^\d+$/.test(contact.regId)) value += `;reg-id=${contact.regId}`;
  return `${value};expires=${expiresS}`;
}
