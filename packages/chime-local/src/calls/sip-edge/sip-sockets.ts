import type dgram from 'node:dgram';
import type { IncomingMessage } from 'node:http';
import type net from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock, Log } from '#platform';
import type { Destination, Source } from '#sip';
import { bindSockets } from './bind-sockets.ts';
import type { SipEdgeLimits } from './limits.ts';
import { TcpConnections } from './tcp-connections.ts';
import { WebSockets } from './web-sockets.ts';

export interface SocketUser {
  onMessage(bytes: Buffer, source: Source): void;
  /** A WebSocket has closed. TCP connections can be opened again and are not told of. */
  onClosed(connectionId: number): void;
  inUse(connectionId: number): boolean;
}

/** Shorter datagrams hold no SIP: NAT keep-alives (CRLF, RFC 5626's STUN) and stray bytes. */
const SHORTEST_MESSAGE_BYTES = 32;

/** The edge's transport layer: RFC 3261 section 18 without the routing rules, which are the stack's. */
export class SipSockets {
  readonly port: number;
  readonly #udp: dgram.Socket;
  readonly #server: net.Server;
  readonly #connections: TcpConnections;
  readonly #webSockets: WebSockets;
  #closed = false;

  static async open(
    options: { address: string; port: number; limits: SipEdgeLimits },
    { clock, log }: { clock: Clock; log: Log },
    user: SocketUser,
  ): Promise<SipSockets> {
    let lastId = 0;
    const newId = () => ++lastId;
    const connections = new TcpConnections(options.limits, clock, log, newId, {
      inUse: (id) => user.inUse(id),
      onMessage: (bytes, { id, address, port }) =>
        user.onMessage(bytes, { transport: 'tcp', address, port, connection: id }),
    });
    const bound = await bindSockets(options.address, options.port, (socket) => connections.accept(socket));
    const webSockets = new WebSockets(options.limits, clock, log, newId, user);
    return new SipSockets(bound, { connections, webSockets }, log, user);
  }

  private constructor(
    bound: { udp: dgram.Socket; tcp: net.Server; port: number },
    { connections, webSockets }: { connections: TcpConnections; webSockets: WebSockets },
    log: Log,
    user: SocketUser,
  ) {
    this.port = bound.port;
    this.#udp = bound.udp;
    this.#server = bound.tcp;
    this.#connections = connections;
    this.#webSockets = webSockets;
    // ICMP errors of earlier sends arrive here; the transactions' timers deal with silence.
    this.#udp.on('error', (error) => log.debug('UDP socket error', { error: error.message }));
    this.#server.on('error', (error) => log.warn('TCP server error', { error: error.message }));
    this.#udp.on('message', (bytes, { address, port }) => {
      if (bytes.length < SHORTEST_MESSAGE_BYTES || port === 0) return;
      user.onMessage(bytes, { transport: 'udp', address, port });
    });
  }

  acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#webSockets.accept(request, socket, head);
  }

  /** `failed` is called at most once, later, when the message could not be sent. */
  send(bytes: Buffer, to: Destination, failed: () => void): void {
    if (this.#closed) return;
    if (to.transport === 'ws') {
      this.#webSockets.send(bytes, to.connection, failed);
      return;
    }
    // Port 0 makes the calls below throw; a stranger may have put it into a Via or Contact.
    if (to.port < 1 || to.port > 65_535) {
      queueMicrotask(failed);
      return;
    }
    if (to.transport === 'tcp') {
      this.#connections.send(bytes, to, failed);
      return;
    }
    this.#udp.send(bytes, to.port, to.host, (error) => {
      if (error) failed();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#connections.close();
    this.#webSockets.close();
    await Promise.all([
      new Promise<void>((resolve) => this.#udp.close(() => resolve())),
      new Promise<void>((resolve) => this.#server.close(() => resolve())),
    ]);
  }
}
