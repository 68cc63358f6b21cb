import { parseSipUri } from '../messages/uri.ts';
import { backTo, DEFAULT_SIP_PORT, type Destination, type Source, TRANSPORTS } from './flow.ts';

/**
 * The destination of a request: RFC 3261 section 8.1.2 with the address rules of RFC 3263 for literal
 * addresses and plain host names (no NAPTR or SRV look-up). `from` is the source of the dialog's last
 * request: a stream connection that is still open is reused, as every phone on its own connection expects. A
 * peer behind a WebSocket is reached only on that connection, whatever its URI says: browsers accept no
 * connections and invent host names (RFC 7118 section 5.2, RFC 5626 section 5.3). The same applies to a phone
 * on TLS. Undefined if the URI is not a SIP URI, or requires a TLS connection opened by us.
 */
export function nextHop(uri: string, from: Source | undefined): Destination | undefined {
  if (from && TRANSPORTS[from.transport].callers) return backTo(from);
  const parsed = parseSipUri(uri);
  if (!parsed || parsed.scheme === 'sips') return undefined;
  const asked = parsed.params.get('transport')?.toLowerCase();
  if (asked !== undefined && asked !== 'udp' && asked !== 'tcp') return undefined;
  const transport = asked ?? (from?.transport === 'tcp' && from.connection !== undefined ? 'tcp' : 'udp');
  const destination: Destination = {
    transport,
    host: parsed.params.get('maddr') ?? parsed.host,
    port: parsed.port ?? DEFAULT_SIP_PORT,
  };
  // If the peer knows us by another address than others do, requests to it are sent from that address.
  if (from?.local) destination.local = from.local;
  if (transport === 'tcp' && from?.transport === 'tcp' && from.connection !== undefined) {
    destination.connection = from.connection;
  }
  return destination;
}
