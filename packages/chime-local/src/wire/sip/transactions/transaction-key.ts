import type { SipRequest, SipResponse } from '../messages/message.ts';
import { compact } from '../messages/scan.ts';

/** RFC 3261 section 8.1.1.7: branches that begin with this are unique across space and time. */
export const MAGIC_COOKIE = 'z9hG4bK';

/**
 * The key of a server transaction (section 17.2.3): branch, sent-by and method; ACK and CANCEL match the
 * transaction of their INVITE. Call-ID and CSeq are included because some senders reuse the branch of another
 * request (pjproject#965): mistaken for a retransmission, it would never be answered. Without the magic
 * cookie (RFC 2543), the fields that such senders keep constant are used.
 */
export function serverKey(request: SipRequest, method = request.method): string {
  const via = request.topVia!;
  const matched = method === 'ACK' ? 'INVITE' : method;
  const branch = via.params.get('branch') ?? '';
  const { number } = request.cseq!;
  if (branch.startsWith(MAGIC_COOKIE)) {
    return compact(`s ${matched} ${branch} ${via.host}:${via.port ?? ''} ${number} ${request.callId}`);
  }
  const sender = `${via.transport} ${via.host}:${via.port ?? ''} ${branch}`;
  return compact(`o ${matched} ${request.uri} ${request.fromTag} ${request.callId} ${number} ${sender}`);
}

/** The key of a client transaction (section 17.1.3): branch and CSeq method. */
export function clientKey(message: SipRequest | SipResponse): string {
  return compact(`c ${message.cseq!.method} ${message.topVia!.params.get('branch') ?? ''}`);
}

/**
 * Section 8.2.2.2: copies of a request that arrive over different paths have these fields in common, but not
 * the branch.
 */
export function mergeKey(request: SipRequest, method = request.method): string {
  return compact(`${request.cseq!.number} ${method} ${request.fromTag} ${request.callId}`);
}
