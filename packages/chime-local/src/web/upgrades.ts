import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';

/** Path of SIP over WebSocket. */
export const SIP_PATH = '/sip';
/** Path of the meetings' signalling, followed by a meeting's id, as in `MediaPlacement.SignalingUrl`. */
const CONTROL_PATH = /^\/control\/([0-9a-f-]{36})$/i;

/** The handlers of WebSockets; the answer for a part that is missing is 503. */
export interface SocketParts {
  sip?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  signalling?: (request: IncomingMessage, socket: Duplex, head: Buffer, meetingId: string) => void;
}

/**
 * Whether a page of that origin may connect: one that this machine serves, or no page at all. A browser lets
 * any page open a WebSocket to any address, and sends the page's origin (RFC 6455 section 10.2). Without this
 * check, every web page that the user visits could make calls here.
 */
function mayConnect(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  const host = URL.canParse(origin) ? new URL(origin).hostname.replace(/^\[|\]$/g, '') : '';
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Routes an upgrade request to the handler for its path. */
export function routeUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  port: number,
  parts: SocketParts,
): void {
  // Until a handler takes over the socket, nobody else handles its errors.
  socket.once('error', () => socket.destroy());
  const { host, origin } = request.headers;
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    refuse(socket, '421 Misdirected Request', `This server answers to http://127.0.0.1:${port} only.`);
    return;
  }
  if (!mayConnect(origin)) {
    refuse(socket, '403 Forbidden', 'Pages of other machines may not connect.');
    return;
  }
  const path = request.url?.split('?')[0] ?? '';
  const meetingId = CONTROL_PATH.exec(path)?.[1];
  if (path !== SIP_PATH && meetingId === undefined) {
    refuse(socket, '404 Not Found', `WebSockets are at ${SIP_PATH} and /control/<meeting id>.`);
  } else if (meetingId !== undefined && parts.signalling) {
    parts.signalling(request, socket, head, meetingId.toLowerCase());
  } else if (meetingId === undefined && parts.sip) {
    parts.sip(request, socket, head);
  } else refuse(socket, '503 Service Unavailable', 'Still starting.');
}

function refuse(socket: Duplex, status: string, why: string): void {
  const body = `${why}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
