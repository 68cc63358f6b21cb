import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** The ports of `freeUdpPorts` are below those that systems give to sockets which ask for any (Linux: from 32768). */
const RANGES = { first: 10_000, last: 19_900 };

/** The first of `count` UDP ports in a row, an even one, that nobody has now on the loopback. */
export async function freeUdpPorts(count: number): Promise<number> {
  for (;;) {
    const first = 2 * randomInt(RANGES.first / 2, RANGES.last / 2);
    const sockets = Array.from({ length: count }, () => createSocket('udp4'));
    const bound = await Promise.allSettled(
      sockets.map((socket, index) => {
        socket.bind(first + index, '127.0.0.1');
        return once(socket, 'listening');
      }),
    );
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
    if (bound.every(({ status }) => status === 'fulfilled')) return first;
  }
}

/** A loopback port that nobody has now, for programs that cannot choose one. */
export async function freePort(kind: 'udp' | 'tcp'): Promise<number> {
  if (kind === 'udp') {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    return port;
  }
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
