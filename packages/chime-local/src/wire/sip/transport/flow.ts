/**
 * The transports as the upper layers see them: names, not sockets. `tls` and `ws`, a WebSocket (RFC 7118),
 * are connections that the peer has opened.
 */
export type Transport = 'udp' | 'tcp' | 'tls' | 'ws';

export interface TransportTraits {
  /** Reliable transports need no retransmission by transactions (RFC 3261 section 17). */
  readonly reliable: boolean;
  /**
   * Messages on a byte stream are delimited by Content-Length, which is then required; other transports
   * deliver one message at a time.
   */
  readonly stream: boolean;
  /** The name in Via. */
  readonly via: string;
  /** A peer on such a transport can be reached only on the connection that it has opened itself. */
  readonly callers: boolean;
}

export const TRANSPORTS: Readonly<Record<Transport, TransportTraits>> = {
  udp: { reliable: false, stream: false, via: 'UDP', callers: false },
  tcp: { reliable: true, stream: true, via: 'TCP', callers: false },
  // A phone has no certificate that we could check (RFC 5923 therefore reuses the connection).
  tls: { reliable: true, stream: true, via: 'TLS', callers: true },
  // RFC 7118 section 4.2: one message in each WebSocket message; section 5.4: Content-Length is therefore
  // optional.
  ws: { reliable: true, stream: false, via: 'WS', callers: true },
};

/** Section 18.2.2: the port if none is given. */
export const DEFAULT_SIP_PORT = 5060;

/** Our end of a flow that does not end at the SIP port: for a WebSocket, that of the web server. */
export interface LocalEnd {
  host: string;
  port: number;
}

/** Where a message came from. */
export interface Source {
  transport: Transport;
  /** IP address. */
  address: string;
  port: number;
  /** The number of the connection at the SIP edge, for stream transports and WebSockets. */
  connection?: number;
  local?: LocalEnd;
}

/**
 * Where a message is to be sent. TCP uses `connection` while it is open, otherwise a connection to host and
 * port; TLS and WebSocket use only their own.
 */
export interface Destination {
  transport: Transport;
  /** IP address or host name. */
  host: string;
  port: number;
  connection?: number;
  local?: LocalEnd;
}

/** The destination back along the flow that a message arrived on. */
export function backTo(source: Source): Destination {
  const { address, ...rest } = source;
  return { host: address, ...rest };
}

/** The flow to a destination, as if a message had arrived from there. */
export function flowTo(destination: Destination): Source {
  const { host, ...rest } = destination;
  return { address: host, ...rest };
}
