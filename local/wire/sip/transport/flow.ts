/**
 * Transports as the layers above see them: names, not sockets. A WebSocket (RFC 7118) is one more row here,
 * one more name in `Transport`, and an edge that frames by WebSocket message instead of by Content-Length.
 */
export type Transport = 'udp' | 'tcp';

export interface TransportTraits {
  /** Reliable transports need no retransmission by transactions (RFC 3261 section 17). */
  readonly reliable: boolean;
  /** The name in Via. */
  readonly via: string;
}

export const TRANSPORTS: Readonly<Record<Transport, TransportTraits>> = {
  udp: { reliable: false, via: 'UDP' },
  tcp: { reliable: true, via: 'TCP' },
};

/** Section 18.2.2: the port when none is named. */
export const DEFAULT_SIP_PORT = 5060;

/** Where a message came from. */
export interface Source {
  transport: Transport;
  /** IP address. */
  address: string;
  port: number;
  /** The edge's number of the connection, for stream transports. */
  connection?: number;
}

/** Where a message is to go. A stream transport uses `connection` while it is open, else one to host and port. */
export interface Destination {
  transport: Transport;
  /** IP address or host name. */
  host: string;
  port: number;
  connection?: number;
}
