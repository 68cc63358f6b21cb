import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { Client, type ClientHost, type ClientParts } from './client.ts';
import { MessageRoom } from './data-messages.ts';
import { SIGNALLING_LIMITS, type SignallingLimits } from './limits.ts';
import type { Signalling } from './signalling.ts';
import { VideoRoom } from './video-room.ts';

/** The sub-protocol that clients offer before their join token, and must see selected. */
const SUB_PROTOCOL = '_aws_wt_session';
/** How often the clients' time limits are checked, ms. */
const TICK_MS = 1000;
/** The characters of a join token, which is sent as the name of a sub-protocol (RFC 7230 section 3.2.6). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export interface SignallingOptions {
  /** Limits that differ from the usual ones; see `limits.ts`. */
  limits?: Partial<SignallingLimits>;
}

export type SignallingParts = Omit<ClientParts, 'limits'>;

/** Starts the signalling edge. It has no server socket of its own: upgrades are handed to it. */
export function startSignalling(options: SignallingOptions, parts: SignallingParts): Signalling {
  return new SignallingEdge({ ...SIGNALLING_LIMITS, ...options.limits }, parts);
}

class SignallingEdge implements Signalling, ClientHost {
  readonly #parts: ClientParts;
  readonly #limits: SignallingLimits;
  readonly #webSockets: WebSocketServer;
  /** All open sockets, the oldest first. */
  readonly #clients = new Map<string, Client>();
  /** The sockets among them that have not joined. */
  readonly #strangers = new Set<Client>();
  readonly #rooms = new Map<string, MessageRoom>();
  readonly #videoRooms = new Map<string, VideoRoom>();
  #stopTicking: (() => void) | undefined;
  #closing: (() => void) | undefined;

  constructor(limits: SignallingLimits, parts: SignallingParts) {
    this.#limits = limits;
    this.#parts = { ...parts, limits };
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.frameBytes,
      maxFragments: limits.frameFragments,
      handleProtocols: () => SUB_PROTOCOL,
    });
    this.#webSockets.on('wsClientError', (error, socket) => refuse(socket, '400 Bad Request', error.message));
  }

  get connections(): number {
    return this.#clients.size;
  }

  acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer, meetingId: string): void {
    const joinToken = this.#joinToken(request);
    if (this.#closing) refuse(socket, '503 Service Unavailable', 'The meetings are ending.');
    else if (joinToken === undefined)
      refuse(socket, '400 Bad Request', `Offer the sub-protocols ${SUB_PROTOCOL} and the join token.`);
    else
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
        this.#opened(webSocket, meetingId, joinToken),
      );
  }

  tellRoster(...[legId, entries]: Parameters<Signalling['tellRoster']>): void {
    this.#clients.get(legId)?.tellRoster(entries);
  }

  tellChanges(...[legId, changes]: Parameters<Signalling['tellChanges']>): void {
    this.#clients.get(legId)?.tellChanges(changes);
  }

  tellLevels(...[legId, levels]: Parameters<Signalling['tellLevels']>): void {
    this.#clients.get(legId)?.tellLevels(levels);
  }

  setVideoRights(...[legId, rights]: Parameters<Signalling['setVideoRights']>): void {
    this.#clients.get(legId)?.setVideoRights(rights);
  }

  end(...[legId, status]: Parameters<Signalling['end']>): void {
    this.#clients.get(legId)?.end(status);
  }

  transportUp(legId: string): void {
    this.#clients.get(legId)?.transportUp();
  }

  transportDown(legId: string, reason: string): void {
    this.#clients.get(legId)?.transportDown(reason);
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    const gone = new Promise<void>((resolve) => {
      this.#closing = resolve;
    });
    for (const client of [...this.#clients.values()]) {
      if (this.#strangers.has(client)) client.terminate();
      else client.end(410);
    }
    const patience = this.#parts.clock.after(this.#limits.goodbyeMs, () => {
      for (const client of [...this.#clients.values()]) client.terminate();
    });
    if (this.#clients.size > 0) await gone;
    patience();
    this.#stopTicking?.();
    this.#webSockets.close();
  }

  mayJoin() {
    return this.#clients.size - this.#strangers.size < this.#limits.clients
      ? undefined
      : ({ status: 409, description: 'There are as many clients as this machine serves.' } as const);
  }

  joined(client: Client): void {
    this.#strangers.delete(client);
  }

  videoRoom({ connection: { meetingId } }: Client): VideoRoom {
    const room = this.#videoRooms.get(meetingId) ?? new VideoRoom();
    this.#videoRooms.set(meetingId, room);
    return room;
  }

  entered(client: Client): void {
    const { meetingId } = client.connection;
    const room = this.#rooms.get(meetingId) ?? new MessageRoom(this.#parts.clock);
    this.#rooms.set(meetingId, room);
    room.enter(client);
  }

  left(client: Client): void {
    const { meetingId } = client.connection;
    const room = this.#rooms.get(meetingId);
    room?.leave(client);
    if (room?.empty) this.#rooms.delete(meetingId);
    if (this.#videoRooms.get(meetingId)?.empty) this.#videoRooms.delete(meetingId);
  }

  tellAll(client: Client, message: Parameters<MessageRoom['tell']>[0]): void {
    this.#rooms.get(client.connection.meetingId)?.tell(message);
  }

  closed(client: Client): void {
    this.#clients.delete(client.connection.legId);
    this.#strangers.delete(client);
    if (this.#clients.size > 0) return;
    this.#stopTicking?.();
    this.#stopTicking = undefined;
    this.#closing?.();
  }

  #opened(webSocket: WebSocket, meetingId: string, joinToken: string): void {
    if (this.#strangers.size >= this.#limits.strangers) {
      const [oldest] = this.#strangers;
      oldest?.terminate();
    }
    const connection = { legId: this.#parts.ids.guid(), meetingId, joinToken };
    const client = new Client(webSocket, connection, this.#parts, this);
    this.#clients.set(connection.legId, client);
    this.#strangers.add(client);
    if (!this.#stopTicking) this.#tickLater();
  }

  #tickLater(): void {
    this.#stopTicking = this.#parts.clock.after(TICK_MS, () => {
      const now = this.#parts.clock.now();
      this.#tickLater();
      for (const client of [...this.#clients.values()]) client.tick(now);
    });
  }

  /** The second offered sub-protocol, if the first is the client's. */
  #joinToken(request: IncomingMessage): string | undefined {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const [protocol, token, ...more] = offered;
    const good = protocol === SUB_PROTOCOL && token !== undefined && more.length === 0;
    return good && token.length <= this.#limits.tokenLength && TOKEN.test(token) ? token : undefined;
  }
}

function refuse(socket: Duplex, status: string, why: string): void {
  const body = `${why}\n`;
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}`;
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}
