import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BodyTooLarge, endAfterRequest, linger, MAX_LINGERED_BYTES, readBody } from './request-body.ts';

const MAX_BYTES = 1_000;
const CHUNK = Buffer.alloc(1024 * 1024);
const server = createServer((incoming, response) => {
  const read = incoming.url === '/unread' ? Promise.resolve(linger(incoming)) : readBody(incoming, MAX_BYTES);
  read.then(
    () => endAfterRequest(response, 'read'),
    (error: unknown) =>
      endAfterRequest(response.writeHead(error instanceof BodyTooLarge ? 413 : 400), undefined),
  );
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

/** Sends an endless body of unknown length; returns the number of bytes taken until the connection was closed. */
async function sendOn(path: string): Promise<{ status: number | undefined; bytes: number }> {
  const { port } = server.address() as AddressInfo;
  const sent = httpRequest({ host: '127.0.0.1', port, method: 'POST', path, agent: false });
  let status: number | undefined;
  let bytes = 0;
  sent.on('response', (answer: IncomingMessage) => {
    ({ statusCode: status } = answer);
    answer.resume().on('error', () => {});
  });
  const closed = new Promise<void>((resolve) => {
    sent.on('error', () => {});
    sent.on('close', () => resolve());
  });
  let open = true;
  void closed.then(() => {
    open = false;
  });
  const push = (): void => {
    if (!open || bytes > 2 * MAX_LINGERED_BYTES) return;
    bytes += CHUNK.length;
    sent.write(CHUNK, () => setImmediate(push));
  };
  push();
  await closed;
  return { status, bytes };
}

describe('the body of a request', () => {
  it.each([
    '/read',
    '/unread',
  ])('An endless body is answered before its connection is closed (%s)', async (path) => {
    const { status, bytes } = await sendOn(path);
    expect(status).toBe(path === '/read' ? 413 : 200);
    expect(bytes).toBeLessThan(2 * MAX_LINGERED_BYTES);
  });
});
