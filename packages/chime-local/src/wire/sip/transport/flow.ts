/**
 * Transports as the layers above see them: names, not sockets. `tls` and `ws`, a WebSocket (RFC 7118), are connections
 * that the peer opened.
 */
export type Transport = 'udp' | 'tcp' | 'tls' | 'ws';

export interface TransportTraits {
  /** Reliable transports need no retransmission by transactions (RFC 3261 section 17). */
  readonly reliable: boolean;
  /** A stream of bytes is cut by Content-Length, which is then required; others carry one message at a time. */
  readonly stream: boolean;
  /** The name in Via. */
  readonly via: string;
  /** Who comes by it calls and cannot be called: it is reached on its own connection alone. */
  readonly callers: boolean;
}

export const TRANSPORTS: Readonly<Record<Transport, TransportTraits>> = {
  udp: { reliable: false, stream: false, via: 'UDP', callers: false },
  tcp: { reliable: true, stream: true, via: 'TCP', callers: false },
  // A phone has no certificate that we could check (RFC 5923 has the connection used again instead).
  tls: { reliable: true, stream: true, via: 'TLS', callers: true },
  // RFC 7118 section 4.2: one message in each WebSocket message; 5.4: Content-Length is optional then.
  ws: { reliable: true, stream: false, via: 'WS', callers: true },
};

/** Section 18.2.2: the port when none is named. */
export const DEFAULT_SIP_PORT = 5060;

/** Our end of a flow that does not end at the SIP port: the web server's for a WebSocket. */
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
  /** The edge's number of the connection, for stream transports and WebSockets. */
  connection?: number;
  local?: LocalEnd;
}

/** Where a message is to go. TCP uses `connection` while it is open, else one to host and port; TLS and a WebSocket only their own. */
export interface Destination {
  transport: Transport;
  /** IP address or host name. */
  host: string;
  port: number;
  connection?: number;
  local?: LocalEnd;
}

/** Back along the flow that a message came by. */
export function backTo(source: Source): Destination {
  const { address, ...rest } = source;
  return { host: address, ...rest };
}

/** The flow that leads to a destination, as if a message had come from there. */
export function flowTo(destination: Destination): Source {
  const { host, ...rest } = destination;
  return { address: host, ...rest };
}
