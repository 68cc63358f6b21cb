import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock, Log } from '#platform';
import { TokenBucket } from '#platform';
import { MESSAGE_LIMITS, type Source, sourceKey } from '#sip';
import type { SipEdgeLimits } from './limits.ts';
import { offersSip, refuseUpgrade } from './web-socket-upgrade.ts';

/** The user of the sockets, whatever their transport. */
export interface SocketUser {
  onMessage(bytes: Buffer, source: Source): void;
  onClosed(connectionId: number): void;
  /** Returns true while a leg or a registration needs the connection, however silent it is. */
  inUse(connectionId: number): boolean;
}

interface Connection {
  readonly id: number;
  readonly socket: WebSocket;
  /** The same object for each message, so that keeping it costs nothing. */
  readonly source: Source;
  readonly bucket: TokenBucket;
  readonly openedAt: number;
  /** The time at which anything last came, including a pong. */
  lastHeardAt: number;
  lastMessageAt: number;
  heardMessage: boolean;
  /** Set once we have sent a close frame: cancels the disconnection that follows if the far end does not respond. */
  cancelCut: (() => void) | undefined;
}

/** RFC 6455 section 7.4.1. */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
/** Maximum number of fragments; no phone splits a SIP message into more. */
const MAX_FRAGMENTS = 64;
/** RFC 5626 section 3.5.1: the answer to a double CRLF. */
const PONG = '\r\n';
const SHORTEST_MESSAGE_BYTES = 32;

/** The WebSockets that browsers and other telephones have opened (RFC 7118). This side never opens one. */
export class WebSockets {
  readonly #limits: SipEdgeLimits;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #user: SocketUser;
  readonly #newId: () => number;
  readonly #server: WebSocketServer;
  readonly #connections = new Map<number, Connection>();
  #cancelSweep: (() => void) | undefined;
  #closed = false;

  constructor(limits: SipEdgeLimits, clock: Clock, log: Log, newId: () => number, user: SocketUser) {
    this.#limits = limits;
    this.#clock = clock;
    this.#log = log;
    this.#newId = newId;
    this.#user = user;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MESSAGE_LIMITS.messageBytes,
      maxFragments: MAX_FRAGMENTS,
      handleProtocols: () => 'sip',
    });
  }

  get size(): number {
    return this.#connections.size;
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#closed) {
      refuseUpgrade(socket, 503, 'SIP is closing down');
    } else if (!offersSip(request)) {
      refuseUpgrade(socket, 400, 'the WebSocket sub-protocol "sip" must be offered (RFC 7118)');
    } else if (this.#connections.size >= this.#limits.webSockets) {
      this.#log.warn('WebSocket refused: too many', { connections: this.#connections.size });
      refuseUpgrade(socket, 503, `there are ${this.#limits.webSockets} WebSockets already`);
    } else if (this.#isGreedy(plainAddress(request.socket.remoteAddress))) {
      refuseUpgrade(socket, 503, 'this address has too many WebSockets already');
    } else {
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#adopt(webSocket, request));
    }
  }

  /** Sends on the connection while it is open; there is no other way. `failed` is called later, at most once. */
  send(bytes: Buffer, connectionId: number | undefined, failed: () => void): void {
    const connection = connectionId === undefined ? undefined : this.#connections.get(connectionId);
    if (!connection || connection.socket.readyState !== connection.socket.OPEN) {
      queueMicrotask(failed);
      return;
    }
    this.#cutIfDeaf(connection);
    connection.socket.send(bytes, { binary: false }, (error) => {
      if (error) failed();
    });
  }

  /** Whether the source has as many connections as it may have. */
  #isGreedy(address: string): boolean {
    const source = sourceKey(address);
    let count = 0;
    for (const known of this.#connections.values())
      if (sourceKey(known.source.address) === source) count += 1;
    return count >= this.#limits.webSockets * this.#limits.sourceShare;
  }

  #cutIfDeaf({ socket, source }: Connection): boolean {
    if (socket.bufferedAmount <= this.#limits.unsentBytes) return false;
    this.#log.warn('WebSocket closed: the far end does not read', { address: source.address });
    socket.terminate();
    return true;
  }

  /** Closes all connections and accepts no more. A far end that does not respond is disconnected soon after. */
  close(): void {
    this.#closed = true;
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    for (const connection of this.#connections.values()) this.#part(connection, GOING_AWAY, 'closing down');
  }

  #part(connection: Connection, code: number, reason: string): void {
    const { socket } = connection;
    socket.close(code, reason);
    connection.cancelCut ??= this.#clock.after(this.#limits.webSocketCloseMs, () => socket.terminate());
  }

  #adopt(
    socket: WebSocket,
    { socket: { remoteAddress, remotePort, localAddress, localPort } }: IncomingMessage,
  ) {
    const id = this.#newId();
    const now = this.#clock.now();
    const { webSocketMessagesPerSecond, webSocketMessageBurst } = this.#limits;
    const connection: Connection = {
      id,
      socket,
      source: {
        transport: 'ws',
        address: plainAddress(remoteAddress),
        port: remotePort ?? 0,
        connection: id,
        local: { host: plainAddress(localAddress), port: localPort ?? 0 },
      },
      bucket: new TokenBucket(webSocketMessagesPerSecond, webSocketMessageBurst),
      openedAt: now,
      lastHeardAt: now,
      lastMessageAt: now,
      heardMessage: false,
      cancelCut: undefined,
    };
    this.#connections.set(id, connection);
    socket.on('message', (data) => this.#onMessage(connection, data));
    socket.on('ping', () => this.#heard(connection));
    socket.on('pong', () => this.#heard(connection));
    socket.on('error', ({ message }) => this.#log.debug('WebSocket failed', { error: message }));
    socket.on('close', () => {
      connection.cancelCut?.();
      this.#connections.delete(id);
      this.#user.onClosed(id);
    });
    this.#sweepLater();
  }

  /** Counts what came. Returns false if there is too much of it; the connection is then being closed. */
  #heard(connection: Connection): boolean {
    const { socket, bucket, source } = connection;
    // The pongs that this class and the library send do not pass through `send`.
    if (socket.readyState !== socket.OPEN || this.#cutIfDeaf(connection)) return false;
    connection.lastHeardAt = this.#clock.now();
    if (bucket.take(connection.lastHeardAt)) return true;
    this.#log.warn('WebSocket closed: too many messages', { address: source.address });
    this.#part(connection, POLICY_VIOLATION, 'too many messages');
    return false;
  }

  #onMessage(connection: Connection, data: unknown): void {
    if (!this.#heard(connection) || !Buffer.isBuffer(data)) return;
    if (data.length < SHORTEST_MESSAGE_BYTES && /^[\r\n]*$/.test(data.toString('latin1'))) {
      // RFC 7118 section 6, RFC 5626 section 4.4.1: a single CRLF is a pong, and an empty message means nothing.
      if (data.length >= 4) connection.socket.send(PONG);
      return;
    }
    connection.heardMessage = true;
    connection.lastMessageAt = connection.lastHeardAt;
    this.#user.onMessage(data, connection.source);
  }

  #sweepLater(): void {
    if (this.#closed) return;
    this.#cancelSweep ??= this.#clock.after(this.#limits.webSocketPingMs, () => {
      this.#cancelSweep = undefined;
      this.#sweep(this.#clock.now());
      if (this.#connections.size > 0) this.#sweepLater();
    });
  }

  #sweep(now: number): void {
    const { firstMessageMs, idleConnectionMs, webSocketDeadMs } = this.#limits;
    for (const connection of this.#connections.values()) {
      const { socket, source } = connection;
      if (now - connection.lastHeardAt >= webSocketDeadMs) {
        this.#log.info('WebSocket given up: nothing is heard from it', { address: source.address });
        socket.terminate();
        continue;
      }
      const neverSpoke = !connection.heardMessage && now - connection.openedAt >= firstMessageMs;
      const idle = now - connection.lastMessageAt >= idleConnectionMs;
      if ((neverSpoke || idle) && !this.#user.inUse(connection.id))
        this.#part(connection, GOING_AWAY, 'idle');
      else if (socket.readyState === socket.OPEN) socket.ping();
    }
  }
}

/** Removes the form in which a dual-stack socket shows an IPv4 address (RFC 4291 section 2.5.5.2). */
function plainAddress(address = ''): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
