import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { reservePorts } from '#testkit';
import { PortPool, PortsExhausted, REST_MS } from './port-pool.ts';
import { UdpBatch } from './sockets/udp-batch.ts';
import { loadUdpLibrary, prepareUdpLibrary } from './sockets/udp-library.ts';

const file = await prepareUdpLibrary();
const library = file === undefined ? undefined : loadUdpLibrary(file);

/** From this number of pairs on, a range counts as large in these tests. */
const LARGE = 1_000;

it('A port is not owned while it is only being tried', async () => {
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

/** A pool with a range of that many pairs and a clock that the test moves. */
async function poolOf(pairs: number, batch?: UdpBatch) {
  const clock = { now: 0 };
  // In a large range, a port that another socket has is skipped.
  const firstPort = pairs < LARGE ? await reservePorts(2 * pairs) : 41_000;
  const lastPort = firstPort + 2 * pairs - 1;
  const pool = new PortPool({ address: '127.0.0.1', firstPort, lastPort, now: () => clock.now, batch });
  return { pool, clock };
}

it('A pair serves a later call once it has rested', async () => {
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

it("A pair that still receives an ended call's packets is not reused", async () => {
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

it.skipIf(!library)('A disturbed pair is detected even if nobody has read its packets', async () => {
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

it('Running out of sockets does not cost the next call its ports', async () => {
  const open: object[] = [];
  let most = 20;
  const pool = new PortPool({
    ...{ address: '127.0.0.1', firstPort: 41_000, lastPort: 48_999, now: () => 0 },
    batch: {
      receive() {},
      open() {
        if (open.length >= most) throw new Error('port 41000 of 127.0.0.1 cannot be bound (EMFILE)');
        const socket = {
          send() {},
          on: () => socket,
          removeAllListeners: () => socket,
          close: () => open.splice(open.indexOf(socket), 1),
        };
        open.push(socket);
        return socket as never;
      },
    },
  });
  const taken = [await pool.take(), await pool.take()];
  await expect.poll(() => open.length).toBe(20);
  // The two that were bound ahead are left, and each is replaced if possible.
  most = 21;
  expect(await pool.offer()).toEqual([]);
  for (let n = 0; n < 8; n++) taken.push(await pool.take());
  await expect(pool.take()).rejects.toThrow('EMFILE');
  expect(open).toHaveLength(20);
  most = 1_000;
  taken.push(await pool.take());
  expect(await pool.offer()).not.toEqual([]);
  await pool.close();
});

it('Ports that are all taken are tried once a second at most', async () => {
  let tries = 0;
  const clock = { now: 0 };
  const pool = new PortPool({
    ...{ address: '127.0.0.1', firstPort: 41_000, lastPort: 41_999, now: () => clock.now },
    batch: {
      receive() {},
      open() {
        tries++;
        return undefined;
      },
    },
  });
  for (let call = 0; call < 5; call++) await expect(pool.take()).rejects.toThrow(PortsExhausted);
  expect(tries).toBe(500);
  clock.now = 1_000;
  await expect(pool.take()).rejects.toThrow(PortsExhausted);
  expect(tries).toBe(1_000);
  await pool.close();
});
