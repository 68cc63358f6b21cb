import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { hasIntegrity } from '#stun';
import { eventually, ScriptedClock } from '#testkit';
import { createDtlsIdentity } from '../dtls/identity.ts';
import type { SocketPair } from '../port-pool.ts';
import type { PacketTransport } from './packet-transport.ts';
import { type PeerOptions, WebRtcPeer } from './testing/web-rtc-peer.ts';
import { CONNECT_WITHIN_MS, createWebRtcTransport } from './web-rtc-transport.ts';

const ADDRESS = '127.0.0.1';
const identity = createDtlsIdentity();
/** Everything that is open, so that a failing test leaves nothing behind. */
const open = new Set<{ close(): void }>();

afterEach(() => {
  for (const thing of open) thing.close();
  open.clear();
});

/** Collects what a transport reports. */
class Reports {
  readonly rtp: Buffer[] = [];
  readonly rtcp: Buffer[] = [];
  readonly down: string[] = [];
  up = 0;
  signs = 0;
  refused = 0;
  onRtp(packet: Buffer): void {
    this.rtp.push(Buffer.from(packet));
  }
  onRtcp(packet: Buffer): void {
    this.rtcp.push(Buffer.from(packet));
  }
  onSignOfLife(): void {
    this.signs++;
  }
  onUp(): void {
    this.up++;
  }
  onDown(reason: string): void {
    this.down.push(reason);
  }
  onRefused(): void {
    this.refused++;
  }
}

async function bound(): Promise<Socket> {
  // Like the port pool's sockets, this one sends at once.
  const lookup = (
    host: string,
    _options: unknown,
    done: (error: null, address: string, family: number) => void,
  ) => done(null, host, 4);
  const socket = createSocket({ type: 'udp4', lookup });
  const listening = once(socket, 'listening');
  socket.bind(0, ADDRESS);
  await listening;
  return socket;
}

async function listen(clock?: ScriptedClock, defer?: (work: () => void) => void) {
  const rtp = await bound();
  const pair = { address: ADDRESS, rtp, rtcp: rtp, rtpPort: rtp.address().port } satisfies SocketPair;
  const reports = new Reports();
  let given = 0;
  const give = (): void => {
    given++;
    rtp.close();
  };
  const options = {
    address: ADDRESS,
    pair,
    give,
    identity,
    ...(clock ? { clock } : {}),
    ...(defer ? { defer } : {}),
  };
  const transport = createWebRtcTransport(options, reports);
  open.add(transport);
  return { transport, reports, pair, given: () => given };
}

async function openPeer(options?: PeerOptions): Promise<WebRtcPeer> {
  const peer = await WebRtcPeer.open(options);
  open.add({ close: () => peer.close() });
  return peer;
}

async function connected(options?: PeerOptions) {
  const line = await listen();
  const peer = await openPeer(options);
  line.transport.connect(peer.description());
  await peer.connect(line.transport.local);
  await eventually(() => line.transport.ready);
  return { ...line, peer };
}

/** Waits until everything that was sent before has been read. */
async function settle(peer: WebRtcPeer, transport: PacketTransport): Promise<void> {
  const before = peer.answers.length;
  peer.check({}, transport.local);
  await peer.until(() => peer.answers.length > before, 'an answer');
}

function rtp(sequenceNumber: number, fill = 0x55): Buffer {
  const packet = Buffer.alloc(172, fill);
  packet[0] = 0x80;
  packet[1] = 0;
  packet.writeUInt16BE(sequenceNumber, 2);
  packet.writeUInt32BE(160 * sequenceNumber, 4);
  packet.writeUInt32BE(0xcafe, 8);
  return packet;
}

/** An empty receiver report. */
const report = Buffer.from('80c9000100000007', 'hex');

describe('a WebRTC transport', () => {
  it('describes its address, ICE credentials and fingerprint', async () => {
    const { transport, pair } = await listen();
    const { webRtc, ...local } = transport.local;
    expect(local).toEqual({ address: ADDRESS, rtpPort: pair.rtpPort, rtcpPort: pair.rtpPort });
    // RFC 8445 section 5.3 requires at least 4 and 22 characters.
    expect(webRtc?.iceUfrag).toMatch(/^[0-9a-f]{8}$/);
    expect(webRtc?.icePwd).toMatch(/^[0-9a-f]{32}$/);
    expect(webRtc?.fingerprint).toBe(identity.fingerprint);
    const another = await listen();
    expect(another.transport.local.webRtc?.icePwd).not.toBe(webRtc?.icePwd);
  });

  it.each([
    ['AES-CM', [1]],
    ['AES-GCM', [7]],
  ] as const)('RTP and RTCP are carried both ways with %s', async (_name, profiles) => {
    const { transport, reports, peer } = await connected({ profiles: [...profiles] });
    expect(reports.up).toBe(1);
    for (let n = 1; n <= 50; n++) {
      peer.sendRtp(rtp(n));
      transport.sendRtp(rtp(n, 0xaa));
    }
    peer.sendRtcp(report);
    transport.sendRtcp(report);
    await peer.until(() => peer.rtp.length === 50 && peer.rtcp.length === 1, 'our packets');
    await eventually(() => reports.rtp.length === 50 && reports.rtcp.length === 1);
    expect(reports.rtp).toEqual(Array.from({ length: 50 }, (_, n) => rtp(n + 1)));
    expect(peer.rtp).toEqual(Array.from({ length: 50 }, (_, n) => rtp(n + 1, 0xaa)));
    expect([reports.rtcp[0], peer.rtcp[0]]).toEqual([report, report]);
    expect(reports.signs).toBeGreaterThanOrEqual(52);
    expect([reports.refused, reports.down]).toEqual([0, []]);
  });

  it("A ClientHello is accepted before the far end's description comes", async () => {
    const { transport, reports } = await listen();
    const peer = await openPeer();
    const connecting = peer.connect(transport.local);
    await eventually(() => reports.signs > 0);
    await settle(peer, transport);
    transport.connect(peer.description());
    await connecting;
    await eventually(() => reports.up === 1);
  });

  it('Ten transports connect and carry sound at once', async () => {
    const lines = await Promise.all(Array.from({ length: 10 }, () => connected()));
    for (const { peer, transport } of lines) {
      peer.sendRtp(rtp(1));
      transport.sendRtp(rtp(1));
    }
    await eventually(() =>
      lines.every(({ peer, reports }) => reports.rtp.length === 1 && peer.rtp.length === 1),
    );
  });

  it('A transport connects whichever datagram of the handshake is lost', async () => {
    // Number 0 is the check and its answer. Then a hello and five messages are sent, and two flights are
    // received.
    const losses = [
      ...[1, 2, 3, 4, 5, 6].map((n) => ['out', n] as const),
      ['in', 1] as const,
      ['in', 2] as const,
    ];
    await Promise.all(
      losses.map(async ([way, lost]) => {
        const { transport, reports, peer } = await connected({
          loses: (direction, number) => direction === way && number === lost,
        });
        transport.sendRtp(rtp(1));
        await peer.until(() => peer.rtp.length === 1, `sound, ${way} ${lost} having been lost`);
        expect(reports.up).toBe(1);
      }),
    );
  });

  it('The far end is followed to a port once it nominates it', async () => {
    const { transport, reports, peer } = await connected();
    const before = peer.socket.address().port;
    await peer.move();
    peer.sendRtp(rtp(1));
    peer.check();
    await eventually(() => reports.signs >= 2);
    // The address was not yet validated when it arrived.
    expect(reports.rtp).toHaveLength(0);
    expect(reports.refused).toBe(1);
    const heardAt: number[] = [];
    peer.socket.on('message', (bytes) => {
      if (bytes[0] === 0x80) heardAt.push(peer.socket.address().port);
    });
    transport.sendRtp(rtp(1));
    await peer.until(() => peer.rtp.length === 1, 'sound at the old port');
    expect(heardAt).toEqual([]);
    const answers = peer.answers.length;
    peer.check({ useCandidate: true });
    await peer.until(() => peer.answers.length > answers, 'an answer');
    transport.sendRtp(rtp(2));
    await peer.until(() => peer.rtp.length === 2, 'sound at the new port');
    expect(heardAt).toHaveLength(1);
    expect(heardAt[0]).not.toBe(before);
    peer.sendRtp(rtp(2));
    await eventually(() => reports.rtp.length === 1);
    expect(reports.up).toBe(1);
  });

  it('The far end is followed once media come from its new address', async () => {
    const { transport, reports, peer } = await connected();
    peer.sendRtp(rtp(1));
    await eventually(() => reports.rtp.length === 1);
    const before = peer.socket.address().port;
    await peer.move();
    const heardAt: number[] = [];
    peer.socket.on('message', (bytes) => {
      if (bytes[0] === 0x80) heardAt.push(peer.socket.address().port);
    });
    const answers = peer.answers.length;
    peer.check({ useCandidate: true });
    await peer.until(() => peer.answers.length > answers, 'an answer');
    peer.sendRtp(rtp(2));
    await eventually(() => reports.rtp.length === 2);
    transport.sendRtp(rtp(1));
    await eventually(() => heardAt.length === 1);
    expect(heardAt[0]).not.toBe(before);
  });

  it("A handshake's work is deferred, and not done after a close", async () => {
    const work: (() => void)[] = [];
    const { transport, reports } = await listen(undefined, (piece) => work.push(piece));
    const peer = await openPeer();
    transport.connect(peer.description());
    const connecting = peer.connect(transport.local);
    while (!transport.ready) {
      await eventually(() => work.length > 0);
      work.shift()?.();
    }
    await connecting;
    expect(reports.up).toBe(1);
    // A flood is held in a queue of eight.
    const { refused } = reports;
    for (let n = 0; n < 20; n++) peer.send(Buffer.from('16fefd00000000000000000000', 'hex'));
    await eventually(() => reports.refused === refused + 12);
    transport.close();
    for (const piece of work.splice(0)) piece();
    expect([reports.refused, reports.down]).toEqual([refused + 12, []]);
  });

  it('A new handshake starts only if the far end changes', async () => {
    const { transport, reports, peer } = await connected();
    transport.connect(peer.description({ direction: 'recvonly' }));
    expect(transport.ready).toBe(true);
    const other = peer.description();
    other.webRtc!.fingerprints.push({ hash: 'sha-256', value: '00' });
    transport.connect(other);
    expect(transport.ready).toBe(false);
    await peer.handshake(transport.local);
    await eventually(() => transport.ready);
    transport.sendRtp(rtp(1));
    await peer.until(() => peer.rtp.length === 1, 'sound');
    expect(reports.up).toBe(1);
  });
});

describe('ICE checks', () => {
  it('A check in the controlled role is refused, since we are ICE-lite', async () => {
    const { transport, reports } = await listen();
    const peer = await openPeer();
    transport.connect(peer.description());
    peer.check({ role: 'controlled', useCandidate: true }, transport.local);
    await peer.until(() => peer.answers.length === 1, 'an answer');
    expect(peer.answers[0]!.class).toBe('error');
    // The answer is authenticated, because the peer knows the password.
    expect(hasIntegrity(peer.answers[0]!, transport.local.webRtc!.icePwd)).toBe(true);
    peer.send(Buffer.from('16fefd00000000000000000000', 'hex'), transport.local);
    await eventually(() => reports.refused === 1);
  });

  it("Checks and the far end's indications are signs of life", async () => {
    const { transport, reports } = await listen();
    const peer = await openPeer();
    const indication = Buffer.from('001100002112a442000000000000000000000000', 'hex');
    peer.send(indication, transport.local);
    await eventually(() => reports.refused === 1);
    await settle(peer, transport);
    expect(reports.signs).toBe(1);
    peer.send(indication, transport.local);
    await eventually(() => reports.signs === 2);
  });
});

describe('strangers', () => {
  it('Strangers without the password are not let in', async () => {
    const { transport, reports } = await listen();
    const peer = await openPeer();
    transport.connect(peer.description());
    peer.check({ password: 'wrong', useCandidate: true }, transport.local);
    peer.check({ username: 'nobody:knows', useCandidate: true }, transport.local);
    await peer.until(() => peer.answers.length === 2, 'refusals');
    expect(peer.answers.map((answer) => [answer.class, answer.integrityAt])).toEqual([
      ['error', -1],
      ['error', -1],
    ]);
    expect([reports.refused, reports.signs]).toEqual([2, 0]);
    // Nor are they answered if they try DTLS nevertheless.
    const other = await openPeer();
    const trying = other.handshake(transport.local).catch((error: Error) => error.message);
    await eventually(() => reports.refused === 3);
    other.close();
    expect(reports.up).toBe(0);
    void trying;
  });

  it('Strangers are never sent more bytes than they sent', async () => {
    const { transport, reports } = await listen();
    const stranger = await bound();
    open.add(stranger);
    let received = 0;
    stranger.on('message', (bytes) => {
      received += bytes.length;
    });
    const bare = Buffer.from('000100002112a442000000000000000000000000', 'hex');
    let sent = 0;
    for (let n = 0; n < 50; n++) {
      stranger.send(bare, transport.local.rtpPort, ADDRESS);
      sent += bare.length;
    }
    await eventually(() => reports.refused === 50);
    const peer = await openPeer();
    await settle(peer, transport);
    expect(received).toBeLessThanOrEqual(sent);
  });

  it("Strangers' garbage, copies and forgeries do not disturb a leg", async () => {
    const { transport, reports, peer } = await connected();
    const stranger = await bound();
    open.add(stranger);
    const copies: Buffer[] = [];
    peer.socket.on('message', (bytes) => copies.push(Buffer.from(bytes)));
    transport.sendRtp(rtp(1));
    await peer.until(() => peer.rtp.length === 1, 'sound');
    let sent = 0;
    const throwAt = (socket: Socket, bytes: Buffer): void => {
      sent++;
      socket.send(bytes, transport.local.rtpPort, ADDRESS);
    };
    for (let first = 0; first < 256; first++) {
      const bytes = Buffer.alloc(60, first);
      throwAt(stranger, bytes);
      // The far end's address can be forged, too.
      throwAt(peer.socket, bytes);
      if (first % 16 === 15) await settle(peer, transport);
    }
    throwAt(stranger, Buffer.alloc(0));
    // A busy peer repeats the last flight of the handshake, and a copy of that is not a stranger's.
    for (const copy of copies.filter(([first = 0]) => first < 20 || first > 63)) throwAt(peer.socket, copy);
    await eventually(() => reports.refused === sent);
    peer.sendRtp(rtp(5));
    transport.sendRtp(rtp(5));
    await eventually(() => reports.rtp.length === 1);
    await peer.until(() => peer.rtp.length === 2, 'sound');
    expect(reports.down).toEqual([]);
  });

  it('A copied check does not divert the sound', async () => {
    const { transport, reports, peer } = await connected();
    peer.sendRtp(rtp(1));
    await eventually(() => reports.rtp.length === 1);
    const stranger = await bound();
    open.add(stranger);
    let heard = 0;
    stranger.on('message', (bytes) => {
      if (bytes[0] === 0x80) heard++;
    });
    const send = peer.send.bind(peer);
    peer.send = (bytes) => stranger.send(bytes, transport.local.rtpPort, ADDRESS);
    const { signs } = reports;
    peer.check({ useCandidate: true });
    await eventually(() => reports.signs > signs);
    // Nor does a copy of the sound: each packet counts once.
    const copies: Buffer[] = [];
    peer.send = (bytes) => {
      copies.push(Buffer.from(bytes));
      send(bytes);
    };
    peer.sendRtp(rtp(2));
    await eventually(() => reports.rtp.length === 2);
    const { refused } = reports;
    stranger.send(copies[0]!, transport.local.rtpPort, ADDRESS);
    await eventually(() => reports.refused > refused);
    transport.sendRtp(rtp(1));
    await peer.until(() => peer.rtp.length === 1, 'sound where it was before');
    expect(heard).toBe(0);
  });

  it('Unanswerable requests and stray handshake datagrams do no harm', async () => {
    const { transport, reports, pair } = await listen();
    const peer = await openPeer();
    await settle(peer, transport);
    const from = { address: ADDRESS, family: 'IPv4' as const, size: 0 };
    // A request that any stranger can make, from port 0, to which nothing can be sent.
    const bare = Buffer.alloc(60);
    Buffer.from('000100282112a442000000000000000000000000002400240000', 'hex').copy(bare);
    expect(() => pair.rtp.emit('message', bare, { ...from, port: 0 })).not.toThrow();
    expect(reports.refused).toBe(1);
    const huge = Buffer.alloc(60_000, 22);
    pair.rtp.emit('message', huge, { ...from, port: peer.socket.address().port });
    expect(reports.refused).toBe(2);
  });

  it('A replayed packet of the far end is refused', async () => {
    const { transport, reports, peer } = await connected();
    const sent: Buffer[] = [];
    const send = peer.send.bind(peer);
    peer.send = (bytes: Buffer) => {
      sent.push(Buffer.from(bytes));
      send(bytes);
    };
    peer.sendRtp(rtp(9));
    await eventually(() => reports.rtp.length === 1);
    send(sent[0]!);
    await settle(peer, transport);
    expect([reports.rtp.length, reports.refused]).toEqual([1, 1]);
  });

  it('A thousand half-open handshakes cost little and hurt nobody', async () => {
    const { transport, reports } = await listen();
    const peer = await openPeer();
    // Each address knows the password and sends a hello, and nothing more.
    const hello = Buffer.from('16fefd00000000000000000000', 'hex');
    const sockets = await Promise.all(Array.from({ length: 100 }, bound));
    for (const socket of sockets) open.add(socket);
    for (let n = 0; n < 1_000; n++) {
      peer.socket = sockets[n % sockets.length]!;
      peer.check({ useCandidate: true }, transport.local);
      peer.send(hello, transport.local);
      if (n % 50 === 49) await eventually(() => reports.signs > n - 50);
    }
    transport.connect(peer.description());
    const real = await openPeer();
    transport.connect(real.description());
    await real.connect(transport.local);
    await eventually(() => transport.ready);
    expect(reports.up).toBe(1);
    // Only the newest addresses are remembered: the first one is a stranger again.
    const { refused } = reports;
    sockets[0]!.send(hello, transport.local.rtpPort, ADDRESS);
    await eventually(() => reports.refused > refused);
  });
});

describe('a transport that fails', () => {
  it('The transport goes down if the certificate is not the announced one', async () => {
    const { transport, reports } = await listen();
    const peer = await openPeer();
    const description = peer.description();
    description.webRtc!.fingerprints = [{ hash: 'sha-256', value: identity.fingerprint }];
    transport.connect(description);
    const connecting = peer.connect(transport.local).catch(() => {});
    await eventually(() => reports.down.length === 1);
    expect(reports.down[0]).toMatch(/not the one of its session description/);
    expect([transport.ready, reports.up]).toEqual([false, 0]);
    peer.close();
    void connecting;
    transport.sendRtp(rtp(1));
  });

  it.each<[string, (peer: WebRtcPeer, transport: PacketTransport) => Promise<void>, RegExp]>([
    ['nobody came', async () => {}, /no ICE check that knows our password came within 15 s/],
    [
      'the handshake was not begun',
      async (peer, transport) => settle(peer, transport),
      /did not finish its DTLS handshake within 15 s/,
    ],
    [
      'nothing was nominated',
      async (peer, transport) => {
        await settle(peer, transport);
        await peer.handshake(transport.local);
      },
      /nominated no pair within 15 s/,
    ],
  ])('The transport goes down if %s in time', async (_what, happens, reason) => {
    const clock = new ScriptedClock();
    const { transport, reports } = await listen(clock);
    const peer = await openPeer();
    transport.connect(peer.description());
    await happens(peer, transport);
    clock.advance(CONNECT_WITHIN_MS - 1);
    expect(reports.down).toEqual([]);
    clock.advance(1);
    expect(reports.down).toEqual([expect.stringMatching(reason)]);
    expect(clock.pending).toBe(0);
  });

  it('The transport goes down if the description lacks ICE and DTLS', async () => {
    const { transport, reports } = await listen();
    const peer = await openPeer();
    const { webRtc: _none, ...plain } = peer.description();
    transport.connect(plain);
    const connecting = peer.connect(transport.local).catch(() => {});
    await eventually(() => reports.down.length === 1);
    peer.close();
    void connecting;
  });
});

describe('a closed transport', () => {
  it('A closed transport gives its port back once and reports nothing more', async () => {
    const clock = new ScriptedClock();
    const { transport, reports, pair, given } = await listen(clock);
    const peer = await openPeer();
    transport.connect(peer.description());
    await peer.connect(transport.local);
    await eventually(() => transport.ready);
    let goodbyes = 0;
    peer.socket.on('message', (bytes) => {
      if (bytes[0] === 21) goodbyes++;
    });
    const { signs, refused } = reports;
    transport.close();
    transport.close();
    expect([given(), clock.pending, pair.rtp.listenerCount('message')]).toEqual([1, 0, 0]);
    transport.connect(peer.description());
    transport.sendRtp(rtp(1));
    transport.sendRtcp(report);
    peer.check({ useCandidate: true });
    await eventually(() => goodbyes === 1);
    expect([reports.signs, reports.refused, reports.down]).toEqual([signs, refused, []]);
    expect(transport.ready).toBe(false);
  });
});
