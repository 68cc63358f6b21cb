import type { SipRequest } from '../messages/message.ts';
import { splitTopVia } from '../messages/via.ts';
import { backTo, DEFAULT_SIP_PORT, type Destination, type Source, TRANSPORTS } from './flow.ts';

/**
 * Called on arrival: records in the top Via where the request came from (RFC 3261 section 18.2.1 `received`,
 * RFC 3581 section 4 `rport`), so that every response contains it. Values that the sender wrote itself are
 * not trusted. The Via of a WebSocket is not changed: its response can go nowhere else, and browsers get
 * their own Via back unchanged.
 */
export function stampSource(request: SipRequest, source: Source): void {
  const via = request.topVia;
  const field = request.headers.get('via');
  if (!via || field === undefined || source.transport === 'ws') return;
  const wantsPort = via.params.has('rport');
  if (!wantsPort && via.host === source.address && !via.params.has('received')) return;
  const { top, rest } = splitTopVia(field);
  const bare = top.replace(/;\s*(?:rport|received)\s*(?:=[^;"]*)?(?=;|$)/gi, '');
  const port = wantsPort ? `;rport=${source.port}` : '';
  // If the address differs from sent-by, or rport is present, `received` must be added.
  const received = wantsPort || via.host !== source.address ? `;received=${source.address}` : '';
  request.headers.replaceFirst('via', `${bare}${received}${port}${rest}`);
}

/**
 * The destination of the responses to a request: RFC 3261 section 18.2.2 and RFC 3581 section 4. `maddr` is
 * ignored: it serves multicast, which is not supported, and would let an untrusted peer choose whom we send
 * to.
 */
export function responseDestination(request: SipRequest, source: Source): Destination {
  const via = request.topVia;
  const sentByPort = via?.port ?? DEFAULT_SIP_PORT;
  const destination: Destination = { transport: source.transport, host: source.address, port: sentByPort };
  if (source.local) destination.local = source.local;
  if (source.transport === 'udp') {
    if (via?.params.has('rport')) destination.port = source.port;
    return destination;
  }
  // The sent-by of a WebSocket is an invented name without meaning (RFC 7118 section 5.2).
  if (TRANSPORTS[source.transport].callers) return backTo(source);
  // Stream: the same connection; if it has closed, a new one to the received address and the sent-by port.
  if (source.connection !== undefined) destination.connection = source.connection;
  return destination;
}
