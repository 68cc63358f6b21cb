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

/** The name of a caller that withholds its number. */
const ANONYMOUS = 'anonymous';

/** E.164 allows 15 digits; fewer than 8 are taken for an extension and left unchanged. */
const GLOBAL_DIGITS = /^\d{8,15}$/;
const GLOBAL_NUMBER = /^\+\d{1,15}$/;
/** RFC 3966 section 5.1.1; phones also use spaces. */
const VISUAL_SEPARATORS = /[-.() ]/g;
/**
 * Control characters belong to no name; whoever sends them wants the name to be misread where it is shown or
 * stored.
 */
const CONTROL = /\p{Cc}/gu;

/**
 * Normalises a user part to a number: removes parameters (`;phone-context`, `;isub`) and visual separators,
 * and puts `+` before 8 to 15 digits. Anything that is not a number is returned as it is, with control
 * characters escaped.
 */
export function normaliseUser(user: string): string {
  const plain = unescapeUri(user).replace(CONTROL, encodeURIComponent).split(';', 1)[0]!;
  const digits = plain.replace(VISUAL_SEPARATORS, '');
  if (GLOBAL_NUMBER.test(digits)) return digits;
  return GLOBAL_DIGITS.test(digits) ? `+${digits}` : plain;
}

/** Matches what may be registered: an E.164 number, or a short user part such as an extension or a name. */
const REGISTRABLE = /^(?:\+[1-9]\d{1,14}|[A-Za-z0-9._*-]{1,20})$/;

/** The number that a To URI names in a REGISTER; undefined if it does not look like a number. */
export function registrableNumber(uri: string): string | undefined {
  const user = userOfUri(uri);
  return user !== undefined && REGISTRABLE.test(user) ? user : undefined;
}

/** The address of one of our numbers, as it appears in From and To. */
export function addressOf(number: string, host: string): string {
  return `<sip:${encodeURIComponent(number).replace(/%2B/g, '+')}@${hostInUri(host)}>`;
}

/**
 * The headers that name the caller: RFC 3261 section 8.1.1.3; if withheld, RFC 3323 section 4.1.1.3 and RFC
 * 3325 section 9.3.
 */
export function callerHeaders(number: string, host: string): { from: string; headers: HeaderPair[] } {
  if (number.toLowerCase() !== ANONYMOUS) return { from: addressOf(number, host), headers: [] };
  return { from: '"Anonymous" <sip:anonymous@anonymous.invalid>', headers: [['Privacy', 'id']] };
}

/** The user of a SIP, SIPS or tel URI, normalised; undefined if it has none. */
function userOfUri(uri: string): string | undefined {
  if (uriScheme(uri) === 'tel') return normaliseUser(uri.slice(uri.indexOf(':') + 1)) || undefined;
  const user = parseSipUri(uri)?.user;
  return user ? normaliseUser(user) : undefined;
}

/** The called party: the user of the Request-URI, which may differ from To. */
export function calledParty(request: SipRequest): string {
  const to = request.to?.uri ?? '';
  return userOfUri(request.uri) ?? userOfUri(to) ?? parseSipUri(request.uri)?.host ?? '';
}

/**
 * The calling party: the user of From, unless it is anonymous (RFC 3323 section 4.1.1.3, RFC 8119). In that
 * case the number that the network asserts (RFC 3325 section 9.1) counts, but not with `Privacy: id`, `user`
 * or `header`: these ask that the number stay within the network, and the application behind us is outside of
 * it (RFC 3325 sections 7 and 9.3). P-Asserted-Identity is trusted as much as From, since neither is proved
 * here.
 */
export function callingParty(request: SipRequest): string {
  const privacy = (request.headers.get('privacy') ?? '').toLowerCase().split(/[;,\s]+/);
  const withheld = ['id', 'user', 'header'].some((kind) => privacy.includes(kind));
  const { from } = request;
  if (from && !isAnonymous(from) && !privacy.includes('user')) return userOfUri(from.uri) ?? hostOf(from.uri);
  return (withheld ? undefined : assertedIdentity(request)) ?? ANONYMOUS;
}

/** The sender and the destination of a request, for a human reader; as far as they can be read in a bad request. */
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

/** The user of the first of at most two values (a SIP and a tel URI) that has one. */
function assertedIdentity(request: SipRequest): string | undefined {
  for (const value of request.headers.list('p-asserted-identity').slice(0, 2)) {
    const user = userOfUri(parseNameAddr(value)?.uri ?? '');
    if (user !== undefined && user.toLowerCase() !== ANONYMOUS) return user;
  }
  return undefined;
}

/** Whether the address is a loopback address, which only this machine can use. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
