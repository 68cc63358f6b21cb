/** Reads a body whole, within a limit, and makes a stream of it again for who wants one. */
import { IncomingMessage } from 'node:http';
import { LINGER_MS, MAX_LINGERED_BYTES } from './limits.ts';

/** Larger than the limit. */
export class BodyTooLarge extends Error {}
/** The client went away before its body was complete. */
export class BodyCutShort extends Error {}

const NOTHING = Buffer.alloc(0);

/** Rejects with `BodyTooLarge` or `BodyCutShort`. */
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

/**
 * Reads on and throws away, within limits: a connection that is closed while its client still sends is reset, and the
 * answer is lost (RFC 9112 section 9.6).
 */
export function linger(incoming: IncomingMessage): void {
  let bytes = 0;
  const enough = setTimeout(() => incoming.socket.destroy(), LINGER_MS).unref();
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_LINGERED_BYTES) incoming.socket.destroy();
  });
  incoming.on('close', () => clearTimeout(enough));
}

/** A message like `original`, whose body is `body`. */
export function replay(original: IncomingMessage, body: Buffer): IncomingMessage {
  const copy = new IncomingMessage(original.socket);
  copy.method = original.method;
  copy.url = original.url;
  copy.httpVersion = original.httpVersion;
  copy.headers = original.headers;
  copy.rawHeaders = original.rawHeaders;
  copy.complete = true;
  if (body.length > 0) copy.push(body);
  copy.push(null);
  return copy;
}
