import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** The ports of `freeUdpPorts` are below those that systems give to sockets which ask for any (Linux: from 32768). */
const RANGES = { first: 10_000, last: 19_900 };

/** The first of `count` UDP ports in a row, an even one, that nobody has now on the loopback; TCP ports too if asked for. */
export async function freeUdpPorts(count: number, { tcp = false } = {}): Promise<number> {
  for (;;) {
    const first = 2 * randomInt(RANGES.first / 2, RANGES.last / 2);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all([...ports.map(isUdpFree), ...(tcp ? ports.map(isTcpFree) : [])]);
    if (free.every(Boolean)) return first;
  }
}

function isUdpFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.once('error', () => socket.close(() => resolve(false)));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
  });
}

function isTcpFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
