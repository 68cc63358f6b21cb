import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { MAX_UNREAD_BYTES, tellStreams } from './streams.ts';

const LINE = `${'a'.repeat(99_999)}\n`;

it('A page that does not read loses its stream; others do not', async () => {
  const streams = new Set<ServerResponse>();
  const server = createServer((_request, response) => {
    streams.add(response);
    response.on('close', () => streams.delete(response));
    response.flushHeaders();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  let read = 0;
  const pages = [() => {}, (bytes: Buffer) => (read += bytes.length)].map((onData, index) => {
    const page = connect(port, '127.0.0.1', () => page.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    page.on('error', () => {});
    if (index === 1) page.on('data', onData);
    return page;
  });
  onTestFinished(async () => {
    for (const page of pages) page.destroy();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  await expect.poll(() => streams.size).toBe(2);
  let told = 0;
  // The system's socket buffers hold some megabytes.
  for (; streams.size === 2 && told < 200 * MAX_UNREAD_BYTES; told += LINE.length) {
    tellStreams(streams, LINE);
    await new Promise((turn) => setImmediate(turn));
  }
  expect(streams.size).toBe(1);
  await expect.poll(() => read).toBeGreaterThanOrEqual(told);
});
