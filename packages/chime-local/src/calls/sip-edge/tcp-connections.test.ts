import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { SIP_EDGE_LIMITS } from './limits.ts';
import { TcpConnections } from './tcp-connections.ts';

it('A peer that does not read keep-alive answers gets no more', async () => {
  let written = 0;
  // It accepts what is written, but never confirms that it was read.
  const phone = new Duplex({
    read() {},
    write(bytes: Buffer) {
      written += bytes.length;
    },
  });
  const connections = new TcpConnections(SIP_EDGE_LIMITS, new ScriptedClock(), silentLog, () => 1, {
    onMessage() {},
    onClosed() {},
    inUse: () => false,
  });
  connections.accept(phone as Socket);
  onTestFinished(() => void phone.destroy());
  for (let ping = 0; ping < 100_000; ping++) phone.emit('data', Buffer.from('\r\n\r\n'));
  expect(written).toBe(2);
  expect(phone.writableLength).toBeLessThanOrEqual(phone.writableHighWaterMark + 2);
});
