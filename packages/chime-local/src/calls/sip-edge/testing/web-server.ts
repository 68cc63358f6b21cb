import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { SipEdge } from '../sip-edge.ts';

export interface WebServer {
  port: number;
  /** The number of open connections as seen by this end. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts a web server on the loopback that passes every upgrade to the edge. */
export async function webServerOf(edge: SipEdge): Promise<WebServer> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket))));
  server.on('upgrade', (request, socket, head) => edge.acceptWebSocket(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    connections: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
