import type { SipRequest, SipResponse } from '../messages/message.ts';
import { compact } from '../messages/scan.ts';

/** RFC 3261 section 8.1.1.7: branches that begin so are unique across space and time. */
export const MAGIC_COOKIE = 'z9hG4bK';

/**
 * Server side, section 17.2.3: branch, sent-by and method; ACK and CANCEL find the transaction of their
 * INVITE. Call-ID and CSeq tell a request apart to which its sender gave the branch of another (pjproject#965):
 * taken for a retransmission it would never be answered. Without the magic cookie (RFC 2543) the fields that such
 * senders keep constant are taken.
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

/** Client side, section 17.1.3: branch and CSeq method. */
export function clientKey(message: SipRequest | SipResponse): string {
  return compact(`c ${message.cseq!.method} ${message.topVia!.params.get('branch') ?? ''}`);
}

/** Section 8.2.2.2: the same request that came over two paths has these in common, but not its branch. */
export function mergeKey(request: SipRequest, method = request.method): string {
  return compact(`${request.cseq!.number} ${method} ${request.fromTag} ${request.callId}`);
}
