import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** RFC 7118 section 4.1: the client must offer the sub-protocol `sip`. */
export function offersSip(request: IncomingMessage): boolean {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return offered.includes('sip');
}

/** Answers an upgrade with an error and closes the socket. */
export function refuseUpgrade(socket: Duplex, status: 400 | 503, text: string): void {
  const body = `${text}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 503 ? ['Retry-After: 5'] : []),
    '',
    body,
  ];
  // An error means that the client has gone already.
  socket.on('error', () => {});
  socket.once('finish', () => socket.destroy());
  socket.end(lines.join('\r\n'));
}
