import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { PortPool, PortsExhausted } from './port-pool.ts';

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
