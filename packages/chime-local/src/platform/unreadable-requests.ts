import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { LINGER_MS, MAX_LINGERED_BYTES } from './request-body.ts';

/** Statuses for errors of Node.js; any other error gets 400. */
const STATUSES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * Answers data that is not a valid HTTP request and reads on for a while. Node.js would close at once, which
 * resets the connection of a client that is still sending, and the answer would be lost (RFC 9112 section
 * 9.6).
 */
export function answerUnreadable(server: Server): void {
  const answered = new WeakMap<object, number>();
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    const before = answered.get(socket);
    if (before !== undefined) {
      // What follows is unreadable, too, and each piece of it raises this error again.
      if (socket.bytesRead - before > MAX_LINGERED_BYTES) socket.destroy();
      return;
    }
    answered.set(socket, socket.bytesRead ?? 0);
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const status = STATUSES[error.code ?? ''] ?? '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
    const enough = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(enough));
  });
}
