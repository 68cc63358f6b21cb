import { createSocket } from 'node:dgram';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * Ranges in which ports are reserved. They do not overlap with those that the runtime uses for sound (from
 * 20,000), those of rehearsals (from 10,000), and those that systems assign to sockets that ask for any port.
 * The second range is for systems that assign others.
 */
const RANGES = [
  { first: 30_000, last: 32_767 },
  { first: 61_000, last: 65_535 },
] as const;
/** ip(7): the file with the range of ports that Linux assigns to sockets that ask for any port. */
export const EPHEMERAL_RANGE_FILE = '/proc/sys/net/ipv4/ip_local_port_range';
const EPHEMERAL = { first: 32_768, last: 60_999 };
/** Number of ports that a process reserves at a time; the last of them is its lock. */
const BLOCK = 16;
const ADDRESS = '127.0.0.1';

/** The unused rest of this process's newest block. */
let left: { next: number; end: number } | undefined;
let reserving: Promise<unknown> = Promise.resolve();

/**
 * Reserves ports on the loopback, the first an even one, for a test that uses a port more than once: no
 * socket that asks for any port gets one of them, and no other process reserves them as long as this one
 * runs.
 *
 * @param count number of consecutive ports, at most 15
 * @returns the first of them
 * @throws Error if no block of ports is free
 */
export function reservePorts(count = 1): Promise<number> {
  const reserved = reserving.then(() => reserveNow(count));
  reserving = reserved.catch(() => {});
  return reserved;
}

/** Options that start the runtime on reserved ports, so that none of them is taken while it is down. */
export async function reservedPortOptions(): Promise<string[]> {
  const first = await reservePorts(3);
  return ['--port', '--sip-port', '--aws-port'].flatMap((option, index) => [option, String(first + index)]);
}

async function reserveNow(count: number): Promise<number> {
  if (count >= BLOCK)
    throw new Error(`reservePorts gives at most ${BLOCK - 1} ports in a row, not ${count}.`);
  if (!left || left.next + count > left.end) left = await newBlock();
  const first = left.next;
  left.next += count + (count & 1);
  return first;
}

async function newBlock(): Promise<{ next: number; end: number }> {
  const ephemeral = ephemeralPorts();
  const outside = RANGES.find(({ first, last }) => last < ephemeral.first || first > ephemeral.last);
  const { first, last } = outside ?? RANGES[0];
  const blocks = Math.floor((last + 1 - first) / BLOCK);
  // Each process begins at a different place, so that few try the same block.
  for (let tried = 0; tried < blocks; tried++) {
    const next = first + ((process.pid + tried) % blocks) * BLOCK;
    const end = next + BLOCK - 1;
    if (!(await lock(end))) continue;
    const ports = Array.from({ length: BLOCK - 1 }, (_, index) => next + index);
    const free = await Promise.all(ports.flatMap((port) => [isUdpFree(port), isTcpFree(port)]));
    if (free.every(Boolean)) return { next, end };
  }
  throw new Error(`No ${BLOCK} ports in a row are free between ${first} and ${last}; end what holds them.`);
}

function ephemeralPorts(): { first: number; last: number } {
  if (!existsSync(EPHEMERAL_RANGE_FILE)) return EPHEMERAL;
  const [first = EPHEMERAL.first, last = EPHEMERAL.last] = readFileSync(EPHEMERAL_RANGE_FILE, 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  return { first, last };
}

/**
 * Locks a port with a listening socket, which ends with its process however that dies: the lock is never
 * stale.
 */
function lock(port: number): Promise<boolean> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: ADDRESS, exclusive: true }, () => {
      server.unref();
      resolve(true);
    });
  });
}

function isUdpFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.once('error', () => socket.close(() => resolve(false)));
    socket.bind(port, ADDRESS, () => socket.close(() => resolve(true)));
  });
}

function isTcpFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, ADDRESS, () => server.close(() => resolve(true)));
  });
}
