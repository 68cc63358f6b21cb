import type { SipRequest } from '../messages/message.ts';
import type { HeaderPair } from '../messages/response.ts';
import { parseSipUri, uriScheme } from '../messages/uri.ts';

/** Why a request is turned away. */
export interface Refusal {
  readonly status: number;
  readonly headers?: readonly HeaderPair[];
}

/** What this user agent does; other methods get 405 or 501. */
export const ALLOWED_METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO', 'UPDATE', 'REGISTER'];
export const ALLOW: HeaderPair = ['Allow', ALLOWED_METHODS.join(', ')];
export const ACCEPT: HeaderPair = ['Accept', 'application/sdp, application/dtmf-relay, application/dtmf'];

/** Methods of other RFCs: recognised, not supported (405); anything else is not recognised (501). */
const KNOWN_METHODS = new Set(['SUBSCRIBE', 'NOTIFY', 'REFER', 'MESSAGE', 'PUBLISH', 'PRACK']);
const URI_SCHEMES = new Set(['sip', 'sips', 'tel']);

/**
 * RFC 3261 sections 8.2.1 to 8.2.3, in their order: method, Request-URI, Require, body. Undefined when the
 * request may go on. No extension is supported, so every option tag in Require is refused.
 */
export function refuseRequest(request: SipRequest): Refusal | undefined {
  const { method, headers } = request;
  if (!ALLOWED_METHODS.includes(method)) return refuseMethod(method);
  const scheme = uriScheme(request.uri) ?? '';
  if (!URI_SCHEMES.has(scheme)) return { status: 416 };
  if (scheme !== 'tel' && !parseSipUri(request.uri)) return { status: 400 };
  // Section 21.4.21. An OPTIONS may be a probe of the path and is answered (section 11).
  if (headers.get('max-forwards') === '0' && method !== 'OPTIONS') return { status: 483 };
  if (method !== 'CANCEL' && headers.has('require')) {
    return { status: 420, headers: [['Unsupported', headers.list('require').join(', ')]] };
  }
  if (request.body.length > 0 && !acceptsBody(request)) {
    return { status: 415, headers: [ACCEPT, ['Accept-Encoding', 'identity']] };
  }
  return undefined;
}

function refuseMethod(method: string): Refusal {
  return { status: KNOWN_METHODS.has(method) ? 405 : 501, headers: [ALLOW] };
}

/** A body that is optional (`handling=optional`, RFC 3261 section 20.11) may be of any kind. */
function acceptsBody(request: SipRequest): boolean {
  const disposition = request.headers.get('content-disposition') ?? '';
  if (/;\s*handling\s*=\s*optional/i.test(disposition)) return true;
  const encoding = request.headers.get('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return false;
  const type = request.contentType;
  if (request.method === 'INVITE' || request.method === 'UPDATE') return type === 'application/sdp';
  if (request.method === 'INFO') return type === 'application/dtmf-relay' || type === 'application/dtmf';
  return true;
}
