import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routeUpgrade, type SocketParts } from './upgrades.ts';

let server: Server;
let port: number;
let parts: SocketParts;

/** The answer to an upgrade: the status, and the header that the pretend parts add. */
function ask(path: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({
      port,
      path,
      headers: { host: `127.0.0.1:${port}`, connection: 'Upgrade', upgrade: 'websocket', ...headers },
    });
    asked.on('response', (response) => {
      response.resume();
      resolve(String(response.statusCode));
    });
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(`${response.statusCode} ${response.headers['x-part']}`);
    });
    asked.on('error', reject);
    asked.end();
  });
}

beforeEach(async () => {
  const accept = (part: string) => (_request: unknown, socket: { end(text: string): void }) =>
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nx-part: ${part}\r\n\r\n`,
    );
  parts = {
    sip: accept('sip'),
    signalling: (_request, socket, _head, meetingId) => accept(meetingId)(_request, socket),
  };
  server = createServer().on('upgrade', (asked, socket, head) => {
    routeUpgrade(asked, socket, head, port, parts);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

const MEETING = '0f2a1c9e-6d42-4f0e-9a51-1234567890ab';

describe('WebSocket upgrades', () => {
  it('WebSockets are routed to telephony or to meetings by their paths', async () => {
    expect(await ask('/sip')).toBe('101 sip');
    expect(await ask(`/control/${MEETING.toUpperCase()}?X-Chime-Control-Protocol-Version=3`)).toBe(
      `101 ${MEETING}`,
    );
    expect(await ask('/sip', { host: `localhost:${port}` })).toBe('101 sip');
    expect(await ask('/control/other')).toBe('404');
    expect(await ask('/')).toBe('404');
  });

  it('WebSockets of pages from other machines are refused, by any name', async () => {
    for (const origin of ['http://localhost:3000', `http://127.0.0.1:${port}`, 'http://[::1]:9']) {
      expect(await ask('/sip', { origin })).toBe('101 sip');
    }
    for (const origin of [
      'https://evil.example',
      'http://127.0.0.1.evil.example',
      'null',
      'http://10.0.0.9',
    ]) {
      expect(await ask('/sip', { origin })).toBe('403');
    }
    expect(await ask('/sip', { host: `rebound.example:${port}` })).toBe('421');
  });

  it('WebSockets get 503 while their part is missing', async () => {
    parts = {};
    expect(await ask('/sip')).toBe('503');
    expect(await ask(`/control/${MEETING}`)).toBe('503');
  });
});
