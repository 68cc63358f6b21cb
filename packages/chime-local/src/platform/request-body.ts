/** Reads the whole body of a request, within a limit. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Maximum bytes that are still read of a refused body, so that the client gets the answer. Ours. */
export const MAX_LINGERED_BYTES = 64 * 1024 * 1024;
/** Maximum milliseconds for reading them. Ours. */
export const LINGER_MS = 10_000;

/** The body is larger than the limit. */
export class BodyTooLarge extends Error {}
/** The client disconnected before its body was complete. */
export class BodyCutShort extends Error {}

const NOTHING = Buffer.alloc(0);

/** Reads a body. Rejects with `BodyTooLarge` or `BodyCutShort`. */
export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const announced = incoming.headers['content-length'];
  const hasBody = announced !== undefined || incoming.headers['transfer-encoding'] !== undefined;
  if (!hasBody || announced === '0') {
    incoming.resume();
    return Promise.resolve(NOTHING);
  }
  if (Number(announced) > maxBytes) {
    linger(incoming);
    return Promise.reject(new BodyTooLarge());
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        chunks.length = 0;
        incoming.removeAllListeners('data');
        linger(incoming);
        reject(new BodyTooLarge());
      } else chunks.push(chunk);
    });
    incoming.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    incoming.on('error', reject);
    incoming.on('close', () => {
      if (!incoming.complete) reject(new BodyCutShort());
    });
  });
}

const lingering = new WeakSet<IncomingMessage>();

/**
 * Reads and drops the rest of a body, within limits. If a connection is closed while its client still sends,
 * it is reset and the answer is lost (RFC 9112 section 9.6).
 */
export function linger(incoming: IncomingMessage): void {
  if (lingering.has(incoming)) return;
  lingering.add(incoming);
  let bytes = 0;
  const enough = setTimeout(() => incoming.socket.destroy(), LINGER_MS).unref();
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_LINGERED_BYTES) incoming.socket.destroy();
  });
  incoming.on('close', () => clearTimeout(enough));
}

/**
 * Sends the rest of an answer and ends it once the request's body has been read, or read for long enough.
 * When the answer ends, Node.js closes the connection of a client that asked for it (`Connection: close`).
 */
export function endAfterRequest(response: ServerResponse, body: string | Uint8Array | undefined): void {
  const { req: incoming } = response;
  if (incoming.complete !== false || incoming.destroyed) {
    response.end(body);
    return;
  }
  linger(incoming);
  if (body === undefined || body.length === 0) response.flushHeaders();
  else response.write(body);
  const end = (): void => {
    if (!response.writableEnded) response.end();
  };
  incoming.once('end', end).once('close', end);
}
