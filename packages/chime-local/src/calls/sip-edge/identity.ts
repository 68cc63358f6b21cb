import {
  type HeaderPair,
  hostInUri,
  type NameAddr,
  parseNameAddr,
  parseSipUri,
  type SipRequest,
  unescapeUri,
  uriScheme,
} from '#sip';

/** What a caller is called that withholds its number. */
const ANONYMOUS = 'anonymous';

/** E.164 allows 15 digits; fewer than 8 are taken for an extension and left alone. */
const GLOBAL_DIGITS = /^\d{8,15}$/;
const GLOBAL_NUMBER = /^\+\d{1,15}$/;
/** RFC 3966 section 5.1.1; phones also put spaces. */
const VISUAL_SEPARATORS = /[-.() ]/g;
/** Nobody is called so; whoever writes them wants to be misread by what shows or keeps the name. */
const CONTROL = /\p{Cc}/gu;

/**
 * A user part as a number: parameters (`;phone-context`, `;isub`) and visual separators go, `+` is put before
 * 8 to 15 digits. What is no number comes back as it was, control characters escaped.
 */
export function normaliseUser(user: string): string {
  const plain = unescapeUri(user).replace(CONTROL, encodeURIComponent).split(';', 1)[0]!;
  const digits = plain.replace(VISUAL_SEPARATORS, '');
  if (GLOBAL_NUMBER.test(digits)) return digits;
  return GLOBAL_DIGITS.test(digits) ? `+${digits}` : plain;
}

/** What may be registered: E.164, or a short user part such as an extension or a name. */
const REGISTRABLE = /^(?:\+[1-9]\d{1,14}|[A-Za-z0-9._*-]{1,20})$/;

/** The number that a To URI names in a REGISTER; undefined for what does not look like one. */
export function registrableNumber(uri: string): string | undefined {
  const user = userOfUri(uri);
  return user !== undefined && REGISTRABLE.test(user) ? user : undefined;
}

/** The address of a number of ours, as it stands in From and To. */
export function addressOf(number: string, host: string): string {
  return `<sip:${encodeURIComponent(number).replace(/%2B/g, '+')}@${hostInUri(host)}>`;
}

/** Who is shown to call: RFC 3261 section 8.1.1.3; when withheld RFC 3323 section 4.1.1.3 and RFC 3325 section 9.3. */
export function callerHeaders(number: string, host: string): { from: string; headers: HeaderPair[] } {
  if (number.toLowerCase() !== ANONYMOUS) return { from: addressOf(number, host), headers: [] };
  return { from: '"Anonymous" <sip:anonymous@anonymous.invalid>', headers: [['Privacy', 'id']] };
}

/** The user of a SIP, SIPS or tel URI, normalised; undefined when it has none. */
function userOfUri(uri: string): string | undefined {
  if (uriScheme(uri) === 'tel') return normaliseUser(uri.slice(uri.indexOf(':') + 1)) || undefined;
  const user = parseSipUri(uri)?.user;
  return user ? normaliseUser(user) : undefined;
}

/** Who is called: where the request was sent to, which is not always what To says. */
export function calledParty(request: SipRequest): string {
  const to = request.to?.uri ?? '';
  return userOfUri(request.uri) ?? userOfUri(to) ?? parseSipUri(request.uri)?.host ?? '';
}

/**
 * Who calls. From, unless it is anonymous (RFC 3323 section 4.1.1.3, RFC 8119). Then the number that the
 * network asserts (RFC 3325 section 9.1) counts, but not with `Privacy: id`, `user` or `header`: those ask that it
 * stays within the network, and the application behind us is outside of it (RFC 3325 sections 7 and 9.3).
 * P-Asserted-Identity is believed as much as From is: neither is proved here.
 */
export function callingParty(request: SipRequest): string {
  const privacy = (request.headers.get('privacy') ?? '').toLowerCase().split(/[;,\s]+/);
  const withheld = ['id', 'user', 'header'].some((kind) => privacy.includes(kind));
  const { from } = request;
  if (from && !isAnonymous(from) && !privacy.includes('user')) return userOfUri(from.uri) ?? hostOf(from.uri);
  return (withheld ? undefined : assertedIdentity(request)) ?? ANONYMOUS;
}

/** Who sent a request and whom it is for, for a person to read; of a bad request what can be read. */
export function partiesOf(request: SipRequest): { method: string; from: string; to: string } {
  const { method } = request;
  const to = method === 'REGISTER' ? userOfUri(request.to?.uri ?? '') : calledParty(request);
  return { method, from: callingParty(request), to: to || request.uri };
}

function hostOf(uri: string): string {
  return parseSipUri(uri)?.host ?? ANONYMOUS;
}

function isAnonymous(from: NameAddr): boolean {
  const uri = parseSipUri(from.uri);
  if (!uri) return false;
  return uri.host === 'anonymous.invalid' || uri.user?.toLowerCase() === ANONYMOUS;
}

/** The first of at most two values (a SIP and a tel URI) that has a user. */
function assertedIdentity(request: SipRequest): string | undefined {
  for (const value of request.headers.list('p-asserted-identity').slice(0, 2)) {
    const user = userOfUri(parseNameAddr(value)?.uri ?? '');
    if (user !== undefined && user.toLowerCase() !== ANONYMOUS) return user;
  }
  return undefined;
}

/** Whether it is an address that only this machine has. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
