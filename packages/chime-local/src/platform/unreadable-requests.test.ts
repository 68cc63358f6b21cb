import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerUnreadable } from './unreadable-requests.ts';

const server = createServer((incoming, response) => {
  incoming.resume().on('error', () => {});
  incoming.on('end', () => response.end('read'));
});

beforeAll(async () => {
  answerUnreadable(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

/** Returns all that comes back until the connection is closed, and how it was closed. */
async function send(...pieces: string[]): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    heard += error.code;
  });
  for (const piece of pieces) socket.write(piece);
  socket.end();
  await once(socket, 'close');
  return heard;
}

const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const LONG = 'a'.repeat(4 * 1024 * 1024);

it.each([
  ['413 Payload Too Large', `${CHUNKED}2;a=`, LONG, '\r\n{}\r\n0\r\n\r\n'],
  ['431 Request Header Fields Too Large', `${CHUNKED}2\r\n{}\r\n0\r\na: `, LONG, '\r\n\r\n'],
  ['431 Request Header Fields Too Large', 'GET / HTTP/1.1\r\nHost: a\r\na: ', LONG, '\r\n\r\n'],
  ['400 Bad Request', 'GET / HTTP/9.9\r\n', LONG, '\r\n\r\n'],
])('A client receives %s before its connection is closed', async (status, ...pieces) => {
  expect(await send(...pieces)).toBe(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
});
