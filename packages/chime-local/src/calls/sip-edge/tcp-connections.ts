import net from 'node:net';
import type { Clock, Log } from '#platform';
import { StreamFramer, sourceKey } from '#sip';
import type { SipEdgeLimits } from './limits.ts';

/**
 * TLS connections are only accepted: phones have no certificate that we could check, so none is opened to a
 * phone.
 */
export type StreamTransport = 'tcp' | 'tls';

interface Connection {
  readonly id: number;
  readonly transport: StreamTransport;
  readonly socket: net.Socket;
  readonly framer: StreamFramer;
  address: string;
  port: number;
  /** The address of our end. */
  readonly localAddress: string;
  openedAt: number;
  /** The time at which a whole message or a keep-alive last came. */
  lastHeardAt: number;
  /** The time since which an incomplete message has been pending. */
  partialSince: number | undefined;
  heardMessage: boolean;
}

export interface TcpUser {
  /** Receives a whole message, or the headers that explain why the connection is about to be closed. */
  onMessage(
    bytes: Buffer,
    connection: Pick<Connection, 'id' | 'transport' | 'address' | 'port' | 'localAddress'>,
  ): void;
  onClosed(connectionId: number): void;
  /** Returns true while a leg needs the connection, however silent it is. */
  inUse(connectionId: number): boolean;
}

const PONG = Buffer.from('\r\n');
const SWEEP_EVERY_MS = 15_000;
/** Time that a far end whose messages cannot be framed has to read the reason, ms. Ours. */
const LINGER_MS = 1_000;

/** The edge's stream connections, both accepted and opened ones. */
export class TcpConnections {
  readonly #limits: SipEdgeLimits;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #user: TcpUser;
  readonly #newId: () => number;
  readonly #connections = new Map<number, Connection>();
  /** The connections that this side opened, by `host:port`. */
  readonly #outgoing = new Map<string, Connection>();
  #cancelSweep: (() => void) | undefined;

  constructor(limits: SipEdgeLimits, clock: Clock, log: Log, newId: () => number, user: TcpUser) {
    this.#limits = limits;
    this.#clock = clock;
    this.#log = log;
    this.#user = user;
    this.#newId = newId;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Takes over an incoming connection. */
  accept(socket: net.Socket, transport: StreamTransport = 'tcp'): void {
    if (this.#connections.size >= this.#limits.connections) {
      this.#log.warn('connection refused: too many', { connections: this.#connections.size });
      socket.destroy();
      return;
    }
    const source = sourceKey(socket.remoteAddress ?? '');
    if (this.#countOf(source) >= this.#limits.connections * this.#limits.sourceShare) {
      this.#log.warn('connection refused: too many of one address', { source });
      socket.destroy();
      return;
    }
    this.#adopt(socket, transport, socket.remoteAddress ?? '', socket.remotePort ?? 0);
  }

  /**
   * Sends on the given connection while it is open, else on one to host and port. `failed` is called later,
   * at most once.
   */
  send(
    bytes: Buffer,
    to: { transport: StreamTransport; host: string; port: number; connection?: number },
    failed: () => void,
  ): void {
    const open = to.connection === undefined ? undefined : this.#connections.get(to.connection);
    const known = to.transport === 'tls' ? open : (open ?? this.#to(to.host, to.port));
    if (!known) {
      queueMicrotask(failed);
      return;
    }
    if (known.socket.writableLength > this.#limits.unsentBytes) {
      this.#log.warn('connection closed: the far end does not read', { address: known.address });
      known.socket.destroy();
    }
    known.socket.write(bytes, (error) => {
      if (error) failed();
    });
  }

  /** Closes all connections once the written data has been sent. */
  close(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    for (const { socket } of this.#connections.values()) socket.destroySoon();
  }

  #to(host: string, port: number): Connection | undefined {
    return this.#outgoing.get(`${host}:${port}`) ?? this.#connect(host, port);
  }

  #countOf(source: string): number {
    let count = 0;
    for (const { address } of this.#connections.values()) if (sourceKey(address) === source) count += 1;
    return count;
  }

  #connect(host: string, port: number): Connection | undefined {
    if (this.#connections.size >= this.#limits.connections) return undefined;
    const socket = net.connect({ host, port, noDelay: true, keepAlive: true });
    const connection = this.#adopt(socket, 'tcp', host, port);
    const key = `${host}:${port}`;
    this.#outgoing.set(key, connection);
    const cancel = this.#clock.after(this.#limits.connectMs, () => socket.destroy());
    socket.once('connect', () => {
      cancel();
      connection.address = socket.remoteAddress ?? host;
    });
    socket.once('close', () => {
      cancel();
      if (this.#outgoing.get(key) === connection) this.#outgoing.delete(key);
    });
    return connection;
  }

  #adopt(socket: net.Socket, transport: StreamTransport, address: string, port: number): Connection {
    const now = this.#clock.now();
    const connection: Connection = {
      id: this.#newId(),
      transport,
      socket,
      framer: new StreamFramer(),
      address,
      port,
      localAddress: socket.localAddress ?? '',
      openedAt: now,
      lastHeardAt: now,
      partialSince: undefined,
      heardMessage: false,
    };
    this.#connections.set(connection.id, connection);
    socket.on('data', (chunk: Buffer) => this.#onData(connection, chunk));
    socket.on('error', (error) => this.#log.debug('connection failed', { address, error: error.message }));
    socket.on('close', () => {
      this.#connections.delete(connection.id);
      this.#user.onClosed(connection.id);
    });
    this.#sweepLater();
    return connection;
  }

  #onData(connection: Connection, chunk: Buffer): void {
    const { messages, pings, error } = connection.framer.push(chunk);
    const now = this.#clock.now();
    if (pings > 0 || messages.length > 0) {
      connection.lastHeardAt = now;
      connection.partialSince = undefined;
    } else connection.partialSince ??= now;
    // RFC 5626 section 4.4.1: one pong suffices for several pings in a row; a peer that does not read them
    // gets no more.
    if (pings > 0 && !connection.socket.writableNeedDrain) connection.socket.write(PONG);
    for (const message of messages) {
      connection.heardMessage = true;
      this.#user.onMessage(message, connection);
    }
    if (error !== undefined) {
      this.#log.warn('connection closed: not readable as SIP', { address: connection.address, error });
      this.#endReading(connection);
    }
  }

  /** Reads and drops what the far end still sends for a moment: a reset would overtake the answer that says why. */
  #endReading({ socket }: Connection): void {
    socket.end();
    const cancel = this.#clock.after(LINGER_MS, () => socket.destroy());
    socket.once('close', cancel);
  }

  #sweepLater(): void {
    this.#cancelSweep ??= this.#clock.after(SWEEP_EVERY_MS, () => {
      this.#cancelSweep = undefined;
      this.#sweep(this.#clock.now());
      if (this.#connections.size > 0) this.#sweepLater();
    });
  }

  #sweep(now: number): void {
    for (const connection of this.#connections.values()) {
      const { firstMessageMs, idleConnectionMs } = this.#limits;
      const neverSpoke = !connection.heardMessage && now - connection.openedAt >= firstMessageMs;
      const since = connection.partialSince;
      const halfSaid = since !== undefined && now - since >= firstMessageMs;
      const silent = now - connection.lastHeardAt >= idleConnectionMs;
      if ((neverSpoke || halfSaid || silent) && !this.#user.inUse(connection.id)) connection.socket.destroy();
    }
  }
}
