import { readParametered } from '../bodies/parametered-value.ts';
import { obstacleInBodies } from '../bodies/session-body.ts';
import type { SipMessage, SipRequest } from '../messages/message.ts';
import type { HeaderPair } from '../messages/response.ts';
import { parseSipUri, uriScheme } from '../messages/uri.ts';

/** Why a request is refused. */
export interface Refusal {
  readonly status: number;
  /** What is wrong, for the person at the other end: sent as a Warning (RFC 3261 section 20.43). */
  readonly text?: string;
  readonly headers?: readonly HeaderPair[];
}

/** The methods that this user agent supports; others get 405 or 501. */
export const ALLOWED_METHODS = [
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'INFO',
  'UPDATE',
  'PRACK',
  'REGISTER',
];
export const ALLOW: HeaderPair = ['Allow', ALLOWED_METHODS.join(', ')];
export const ACCEPT: HeaderPair = [
  'Accept',
  'application/sdp, multipart/mixed, multipart/alternative, application/dtmf-relay, application/dtmf',
];
export const ACCEPT_ENCODING: HeaderPair = ['Accept-Encoding', 'identity'];

/** Extensions that a request may require (RFC 3262, RFC 4028). */
const EXTENSIONS = ['100rel', 'timer'];
/** The extension that only the registrar supports (RFC 5626 section 6). */
const REGISTRAR_EXTENSIONS = ['outbound'];
export const SUPPORTED: HeaderPair = ['Supported', EXTENSIONS.join(', ')];

/** Whether the sender's Allow header includes the method. */
export function allows({ headers }: SipMessage, method: string): boolean {
  return headers.list('allow').includes(method);
}

/** Methods of other RFCs are recognised but not supported (405); any other method is not recognised (501). */
const KNOWN_METHODS = new Set(['SUBSCRIBE', 'NOTIFY', 'REFER', 'MESSAGE', 'PUBLISH']);
const URI_SCHEMES = new Set(['sip', 'sips', 'tel']);

/**
 * RFC 3261 sections 8.2.1 to 8.2.3, in their order: checks method, Request-URI, Require and body. Undefined
 * if the request is acceptable.
 */
export function refuseRequest(request: SipRequest): Refusal | undefined {
  const { method, headers } = request;
  if (!ALLOWED_METHODS.includes(method)) return refuseMethod(method);
  const scheme = uriScheme(request.uri) ?? '';
  if (!URI_SCHEMES.has(scheme)) return { status: 416 };
  if (scheme !== 'tel' && !parseSipUri(request.uri)) return { status: 400 };
  // Section 21.4.21. An OPTIONS may be a probe of the path, so it is answered (section 11).
  if (headers.get('max-forwards') === '0' && method !== 'OPTIONS') return { status: 483 };
  const unknown = method === 'CANCEL' ? [] : unknownExtensions(request);
  if (unknown.length > 0) {
    const tags = unknown.join(', ');
    return { status: 420, text: `the extension ${tags} is required`, headers: [['Unsupported', tags]] };
  }
  return refuseBody(request) ?? refuseAccept(request);
}

function unknownExtensions({ headers, method }: SipRequest): string[] {
  const known = method === 'REGISTER' ? [...EXTENSIONS, ...REGISTRAR_EXTENSIONS] : EXTENSIONS;
  return headers.list('require').filter((tag) => !known.includes(tag.toLowerCase()));
}

function refuseMethod(method: string): Refusal {
  return { status: KNOWN_METHODS.has(method) ? 405 : 501, headers: [ALLOW] };
}

/** The body of an INFO is judged by the user; bodies of other methods are ignored. */
function refuseBody(request: SipRequest): Refusal | undefined {
  if (request.method !== 'INVITE' && request.method !== 'UPDATE') return undefined;
  const text = obstacleInBodies(request);
  return text === undefined ? undefined : { status: 415, text, headers: [ACCEPT, ACCEPT_ENCODING] };
}

/** Section 20.1: an INVITE whose response must not contain SDP cannot be answered. Without Accept it may. */
function refuseAccept({ method, headers }: SipRequest): Refusal | undefined {
  if (method !== 'INVITE' || !headers.has('accept')) return undefined;
  const accepted = headers.list('accept').map(readParametered);
  // Section 20.1 and RFC 2616 section 14.1: a type with a q of 0 is not accepted.
  const types = accepted.flatMap(({ value, params }) =>
    /^0(?:\.0*)?$/.test(params.get('q') ?? '') ? [] : value,
  );
  const taken = ['application/sdp', 'application/*', '*/*', 'multipart/mixed'];
  if (accepted.length === 0 || types.some((type) => taken.includes(type))) return undefined;
  return { status: 406, text: 'Accept does not name application/sdp, and the answer would be that' };
}
