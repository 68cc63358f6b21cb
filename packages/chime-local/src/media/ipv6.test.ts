import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { PortPool } from './port-pool.ts';
import { PlainTransport } from './transport/plain-transport.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** An RTP packet: a header of version 2 and type 0, and a PCMU payload. */
const PACKET = Buffer.concat([
  Buffer.from([0x80, 0, 0, 1, 0, 0, 0, 160, 0, 0, 0, 7]),
  Buffer.alloc(160, 0xff),
]);

describe('sound of a telephone on the IPv6 loopback', () => {
  it('Sound flows both ways on a port pair of the IPv6 loopback', async () => {
    const pool = new PortPool({ address: '127.0.0.1', firstPort: 46_000, lastPort: 46_999, now: () => 0 });
    closers.push(() => pool.close());
    const pair = await pool.take(6);
    const phone = createSocket('udp6');
    phone.bind(0, '::1');
    await once(phone, 'listening');
    closers.push(() => phone.close());
    let heard: (bytes: Buffer) => void = () => {};
    const first = new Promise<Buffer>((resolve) => {
      heard = resolve;
    });
    const nothing = () => {};
    const transport = new PlainTransport(
      { pair, give: (given) => pool.give(given), isOurs: () => false, nowMs: () => 0 },
      {
        onRtp: heard,
        onRtcp: nothing,
        onSignOfLife: nothing,
        onUp: nothing,
        onDown: nothing,
        onRefused: nothing,
      },
    );
    closers.push(() => transport.close());
    expect(transport.local).toEqual({ address: '::1', rtpPort: pair.rtpPort, rtcpPort: pair.rtpPort + 1 });
    const { port } = phone.address();
    const codec = { codec: 'PCMU', payloadType: 0, direction: 'sendrecv' } as const;
    transport.connect({ address: '::1', rtpPort: port, rtcpPort: port + 1, ...codec });
    phone.send(PACKET, pair.rtpPort, '::1');
    expect(await first).toEqual(PACKET);
    transport.sendRtp(PACKET);
    const [, from] = (await once(phone, 'message')) as [Buffer, { address: string; port: number }];
    expect(from).toMatchObject({ address: '::1', port: pair.rtpPort });
  });
});
