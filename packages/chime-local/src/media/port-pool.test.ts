import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { reservePorts } from '#testkit';
import { PortPool, PortsExhausted, REST_MS } from './port-pool.ts';
import { UdpBatch } from './sockets/udp-batch.ts';
import { loadUdpLibrary, prepareUdpLibrary } from './sockets/udp-library.ts';

const file = await prepareUdpLibrary();
const library = file === undefined ? undefined : loadUdpLibrary(file);

/** Pairs of ports from which on a range is a large one here. */
const LARGE = 1_000;

it('A port that is only tried is never kept', async () => {
  const phone = createSocket('udp4').bind(0, '127.0.0.1');
  await once(phone, 'listening');
  const { port } = phone.address();
  const firstPort = port & ~1;
  const pool = new PortPool({ address: '127.0.0.1', firstPort, lastPort: firstPort + 1, now: () => 0 });
  const taking = pool.take();
  expect(pool.owns(port)).toBe(false);
  await expect(taking).rejects.toThrow(PortsExhausted);
  expect(pool.owns(port)).toBe(false);
  phone.close();
  await pool.close();
});

/** A pool of a range that has ports to offer, with a clock that is moved by hand. */
async function poolOf(pairs: number, batch?: UdpBatch) {
  const clock = { now: 0 };
  // Of a large range, a port that another socket has is passed over.
  const firstPort = pairs < LARGE ? await reservePorts(2 * pairs) : 41_000;
  const lastPort = firstPort + 2 * pairs - 1;
  const pool = new PortPool({ address: '127.0.0.1', firstPort, lastPort, now: () => clock.now, batch });
  return { pool, clock };
}

it('An ended call’s pair serves a later call, once it has rested', async () => {
  const { pool, clock } = await poolOf(1);
  const pair = await pool.take();
  pool.give(pair);
  await expect(pool.take()).rejects.toThrow(PortsExhausted);
  clock.now = REST_MS;
  expect(await pool.take()).toBe(pair);
  expect((pair.rtp as Socket).listenerCount('message')).toBe(0);
  pool.give(pair);
  await pool.close();
});

it('A pair that still hears an ended call is not used again', async () => {
  const { pool, clock } = await poolOf(1);
  const pair = await pool.take();
  const closed = once(pair.rtp as Socket, 'close');
  pool.give(pair);
  clock.now = REST_MS / 2;
  const phone = createSocket('udp4');
  phone.send('still here', pair.rtpPort, '127.0.0.1');
  await closed;
  expect(pool.owns(pair.rtpPort)).toBe(false);
  phone.close();
  await pool.close();
});

it.skipIf(!library)('A disturbed pair is known though nobody read meanwhile', async () => {
  const { pool, clock } = await poolOf(1, new UdpBatch(library!, () => performance.now()));
  const pair = await pool.take();
  pool.give(pair);
  const phone = createSocket('udp4');
  await new Promise<void>((resolve) => phone.send('still here', pair.rtpPort, '127.0.0.1', () => resolve()));
  phone.close();
  clock.now = REST_MS;
  await expect(pool.take()).rejects.toThrow(PortsExhausted);
  clock.now = 2 * REST_MS;
  const again = await pool.take();
  expect(again.rtpPort).toBe(pair.rtpPort);
  pool.give(again);
  await pool.close();
});

it('Ports are offered ahead of need, and only from a large range', async () => {
  const { pool } = await poolOf(LARGE);
  const ports = await pool.offer();
  expect(new Set(ports).size).toBeGreaterThan(1);
  expect(await pool.offer()).toEqual([]);
  const [first = 0] = ports;
  const pair = pool.takeOffered(first);
  expect((pair.rtp as Socket).address().port).toBe(first);
  expect(() => pool.takeOffered(first)).toThrow('not offered');
  for (const port of ports.slice(1)) pool.give(pool.takeOffered(port));
  expect(await pool.offer()).toHaveLength(ports.length);
  pool.give(pair);
  await pool.close();
  const small = await poolOf(7);
  expect(await small.pool.offer()).toEqual([]);
  await small.pool.close();
});
