import type { IncomingMessage } from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import type tls from 'node:tls';
import type { Clock, Log } from '#platform';
import type { Destination, LocalEnd, Source } from '#sip';
import { type BoundSockets, bindSockets, bindTls } from './bind-sockets.ts';
import { DatagramTurns } from './datagram-turns.ts';
import type { SipEdgeLimits } from './limits.ts';
import type { TlsOptions } from './sip-edge.ts';
import { TcpConnections } from './tcp-connections.ts';
import { UnreadReport } from './unread-report.ts';
import { type SocketUser, WebSockets } from './web-sockets.ts';

export interface SocketOptions {
  address: string;
  port: number;
  furtherAddresses: readonly string[];
  tls?: TlsOptions;
  limits: SipEdgeLimits;
}

interface Parts {
  readonly listeners: ListeningSockets[];
  readonly tlsServer: tls.Server | undefined;
  readonly connections: TcpConnections;
  readonly webSockets: WebSockets;
  readonly unread: UnreadReport;
}

/** UDP and TCP on one address. A further address is given only to phones that used it themselves. */
interface ListeningSockets extends BoundSockets {
  readonly address: string;
  readonly local: LocalEnd | undefined;
}

/** Shorter datagrams hold no SIP message: NAT keep-alives (CRLF, RFC 5626's STUN) and stray bytes. */
const SHORTEST_MESSAGE_BYTES = 32;

/** The edge's transport layer: RFC 3261 section 18 without the routing rules, which the stack implements. */
export class SipSockets {
  readonly port: number;
  readonly tlsPort: number | undefined;
  readonly #parts: Parts;
  #closed = false;

  static async open(
    options: SocketOptions,
    { clock, log }: { clock: Clock; log: Log },
    user: SocketUser,
  ): Promise<SipSockets> {
    const { limits, address } = options;
    let lastId = 0;
    const newId = () => ++lastId;
    const locals: { tls: LocalEnd | undefined; tcp: Map<string, LocalEnd> } = {
      tls: undefined,
      tcp: new Map(),
    };
    const connections = new TcpConnections(limits, clock, log, newId, {
      inUse: (id) => user.inUse(id),
      onClosed: (id) => user.onClosed(id),
      onMessage: (bytes, { id, transport, localAddress, ...from }) => {
        const local = transport === 'tls' ? locals.tls : locals.tcp.get(localAddress);
        const source = { transport, address: from.address, port: from.port, connection: id };
        user.onMessage(bytes, local ? { ...source, local } : source);
      },
    });
    const accept = (socket: net.Socket) => connections.accept(socket);
    const main = await bindSockets(address, options.port, accept);
    const listeners: ListeningSockets[] = [{ ...main, address, local: undefined }];
    for (const further of options.furtherAddresses) {
      const bound = await bindFurther(further, main.port, accept, log);
      if (!bound) continue;
      const local = { host: further, port: main.port };
      locals.tcp.set(further, local);
      listeners.push({ ...bound, address: further, local });
    }
    const tlsServer = options.tls
      ? await bindTls(address, options.tls, limits, (socket) => connections.accept(socket, 'tls'))
      : undefined;
    if (tlsServer) locals.tls = { host: address, port: portOf(tlsServer) };
    const webSockets = new WebSockets(limits, clock, log, newId, user);
    const rest = { connections, webSockets, unread: new UnreadReport(clock, log) };
    return new SipSockets({ listeners, tlsServer, ...rest }, log, user);
  }

  private constructor(parts: Parts, log: Log, user: SocketUser) {
    this.#parts = parts;
    this.port = parts.listeners[0]!.port;
    this.tlsPort = parts.tlsServer && portOf(parts.tlsServer);
    parts.tlsServer?.on('tlsClientError', (error) =>
      log.debug('TLS handshake failed', { error: error.message }),
    );
    const turns = new DatagramTurns({
      handle: (bytes, source) => user.onMessage(bytes, source),
      onUnread: (source) => parts.unread.count(source),
      nowMs: () => performance.now(),
      soon: (run) => void setImmediate(run),
    });
    for (const { udp, tcp, local } of parts.listeners) {
      // ICMP errors for earlier sends arrive here; the transactions' timers handle the missing responses.
      udp.on('error', (error) => log.debug('UDP socket error', { error: error.message }));
      tcp.on('error', (error) => log.warn('TCP server error', { error: error.message }));
      udp.on('message', (bytes, { address, port }) => {
        if (bytes.length < SHORTEST_MESSAGE_BYTES || port === 0) return;
        const source: Source = { transport: 'udp', address, port };
        turns.take(bytes, local ? { ...source, local } : source);
      });
    }
  }

  acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#parts.webSockets.accept(request, socket, head);
  }

  /** Sends a message. `failed` is called later, at most once, if it could not be sent. */
  send(bytes: Buffer, to: Destination, failed: () => void): void {
    if (this.#closed) return;
    const { transport } = to;
    if (transport === 'ws') {
      this.#parts.webSockets.send(bytes, to.connection, failed);
      return;
    }
    // Port 0, which a stranger may have put into a Via or Contact, would make the calls below throw.
    if (to.port < 1 || to.port > 65_535) {
      queueMicrotask(failed);
      return;
    }
    if (transport !== 'udp') {
      this.#parts.connections.send(bytes, { ...to, transport }, failed);
      return;
    }
    this.#udpTo(to).send(bytes, to.port, to.host, (error) => {
      if (error) failed();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const { listeners, tlsServer, connections, webSockets, unread } = this.#parts;
    unread.close();
    connections.close();
    webSockets.close();
    const servers = [...listeners.flatMap(({ udp, tcp }) => [udp, tcp]), ...(tlsServer ? [tlsServer] : [])];
    await Promise.all(
      servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))),
    );
  }

  /** The socket that the peer knows, else one of the peer's IP version. */
  #udpTo({ host, local }: Destination): BoundSockets['udp'] {
    const { listeners } = this.#parts;
    const own = local && listeners.find(({ address }) => address === local.host);
    const version = net.isIP(host);
    const fitting = listeners.find(({ address }) => version === 0 || net.isIP(address) === version);
    return (own ?? fitting ?? listeners[0]!).udp;
  }
}

/**
 * A missing address, such as IPv6 when it is switched off, is not an error; a port in use there is worth a
 * warning.
 */
async function bindFurther(
  address: string,
  port: number,
  accept: (socket: net.Socket) => void,
  log: Log,
): Promise<BoundSockets | undefined> {
  try {
    return await bindSockets(address, port, accept);
  } catch (error) {
    const code =
      error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? error.cause.code : '';
    const level = code === 'EADDRINUSE' ? 'warn' : 'debug';
    log[level](`No calls by ${address}: ${error instanceof Error ? error.message : String(error)}.`);
    return undefined;
  }
}

function portOf(server: tls.Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
