import type { Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { writeRtcp, writeRtpPacket, writeTelephoneEvent } from '#rtp';
import type { RemoteMedia } from '../media-edge.ts';
import type { PacketReceiver } from './packet-transport.ts';
import { PlainTransport } from './plain-transport.ts';

const OURS = '192.0.2.1';
const PHONE = '192.0.2.50';
const THIRD = '203.0.113.9';
const OWN_RTP_PORT = 20_000;
const OTHER_LEG_PORT = 20_002;
const SIP_PORT = 5_060;

/** A leg's transport on a pretend pair of sockets, which notes where its packets went. */
class Wire {
  readonly sent: string[] = [];
  readonly transport: PlainTransport;
  refused = 0;
  ups = 0;
  heard = 0;
  nowMs = 1_000;
  readonly #rtp = this.#socket('rtp');
  readonly #rtcp = this.#socket('rtcp');
  #sequence = 0;

  /** @param changes `null` if the far end is not known yet. */
  constructor(changes: Partial<RemoteMedia> | null = {}) {
    const receiver: PacketReceiver = {
      onRtp: () => void this.heard++,
      onRtcp: () => void this.heard++,
      onSignOfLife() {},
      onUp: () => void this.ups++,
      onDown() {},
      onRefused: () => void this.refused++,
    };
    const sockets = { rtp: this.#rtp as Socket, rtcp: this.#rtcp as Socket };
    const pair = { ...sockets, rtpPort: OWN_RTP_PORT, address: OURS };
    this.transport = new PlainTransport(
      {
        ...{ pair, give() {}, nowMs: () => this.nowMs },
        isOurs: (port) => (port & ~1) === OWN_RTP_PORT || (port & ~1) === OTHER_LEG_PORT,
      },
      receiver,
    );
    if (changes) this.connect(changes);
  }

  connect(changes: Partial<RemoteMedia> = {}): void {
    this.transport.connect({
      ...{ address: PHONE, rtpPort: 4_000, rtcpPort: 4_001, peer: PHONE, signallingPort: SIP_PORT },
      ...{ codec: 'PCMU', payloadType: 0, direction: 'sendrecv' },
      ...changes,
    });
  }

  /** Where a packet and a report are sent now. */
  get goTo(): string[] {
    this.sent.length = 0;
    this.transport.sendRtp(Uint8Array.of(0x80, 0));
    this.transport.sendRtcp(Uint8Array.of(0x80, 200));
    return [...this.sent];
  }

  /** Packets in a row come from that address. @returns how many were accepted. */
  rtp(address: string, port: number, count = 3): number {
    const before = this.heard;
    for (let n = 0; n < count; n++, this.nowMs += 20) {
      this.#packet(address, port, 0, new Uint8Array(160));
    }
    return this.heard - before;
  }

  /** `count` packets of a key come from that address. */
  key(address: string, port: number, count: number): void {
    for (let n = 0; n < count; n++)
      this.#packet(address, port, 101, writeTelephoneEvent('5', false, n * 160));
  }

  #packet(address: string, port: number, payloadType: number, payload: Uint8Array): void {
    const fields = { marker: false, sequenceNumber: this.#sequence++, timestamp: 0, ssrc: 7 };
    const bytes = Buffer.from(writeRtpPacket({ ...fields, payloadType, payload }));
    this.#rtp.emit('message', bytes, { address, port });
  }

  report(address: string, port: number): number {
    const before = this.heard;
    const bytes = Buffer.from(writeRtcp([{ kind: 'receiver-report', ssrc: 7, blocks: [] }]));
    this.#rtcp.emit('message', bytes, { address, port });
    return this.heard - before;
  }

  #socket(name: string): EventEmitter {
    const send = (_bytes: Uint8Array, port: number, address: string) => {
      this.sent.push(`${name} ${address}:${port}`);
    };
    return Object.assign(new EventEmitter(), { send });
  }
}

describe('plain RTP to the far end', () => {
  it('Plain RTP is sent to the host of the signalling at once', () => {
    const wire = new Wire();
    expect(wire.goTo).toEqual([`rtp ${PHONE}:4000`, `rtcp ${PHONE}:4001`]);
    expect(wire.ups).toBe(1);
  });

  it('RTP goes to a third party only after RTP came from it', () => {
    const wire = new Wire({ address: THIRD });
    expect(wire.goTo).toEqual([]);
    expect(wire.ups).toBe(0);
    wire.report(THIRD, 4_001);
    expect(wire.goTo).toEqual([]);
    expect(wire.rtp(THIRD, 4_000, 1)).toBe(1);
    expect(wire.goTo).toEqual([`rtp ${THIRD}:4000`, `rtcp ${THIRD}:4001`]);
    expect(wire.ups).toBe(1);
  });

  it('RTP is withheld from a third party named by a later description', () => {
    const wire = new Wire();
    wire.rtp(PHONE, 4_000);
    wire.connect({ address: THIRD });
    expect(wire.goTo).toEqual([]);
    wire.connect();
    expect(wire.goTo).toEqual([`rtp ${PHONE}:4000`, `rtcp ${PHONE}:4001`]);
  });

  it.each([
    ['a privileged port', { rtpPort: 53, rtcpPort: 4_001 }],
    ['our own port for signalling', { address: OURS, peer: OURS, rtpPort: SIP_PORT, rtcpPort: 4_001 }],
    ['its own port', { address: OURS, peer: OURS, rtpPort: OWN_RTP_PORT, rtcpPort: 4_001 }],
    ['the port of another leg', { address: OURS, peer: OURS, rtpPort: OTHER_LEG_PORT, rtcpPort: 4_001 }],
    ['no port', { rtpPort: 0, rtcpPort: 0 }],
    ['a name', { address: 'phone.example', peer: 'phone.example' }],
    ['everybody', { address: '0.0.0.0', peer: '0.0.0.0' }],
  ])('Plain RTP is never sent to %s', (_, changes) => {
    expect(new Wire(changes).goTo).toEqual([]);
  });

  it.each([53, SIP_PORT, OTHER_LEG_PORT])('Reports that would go to port %i are not sent', (rtcpPort) => {
    const wire = new Wire({ address: OURS, peer: OURS, rtcpPort });
    expect(wire.goTo).toEqual([`rtp ${OURS}:4000`]);
  });
});

describe('reports of a telephone', () => {
  it("A telephone's reports are accepted only from the named port", () => {
    const wire = new Wire();
    wire.rtp(PHONE, 4_000);
    expect(wire.report(PHONE, 4_001)).toBe(1);
    expect(wire.report(PHONE, 6_001)).toBe(0);
    expect(wire.report(THIRD, 4_001)).toBe(0);
    expect(wire.goTo).toContain(`rtcp ${PHONE}:4001`);
  });

  it('The port of reports is learned once, within seconds of the RTP', () => {
    const wire = new Wire({ address: '10.0.0.1' });
    wire.rtp(PHONE, 6_000);
    expect(wire.goTo).toEqual([`rtp ${PHONE}:6000`]);
    expect([wire.report(PHONE, 6_100), wire.report(PHONE, 6_200)]).toEqual([1, 0]);
    expect(wire.goTo).toEqual([`rtp ${PHONE}:6000`, `rtcp ${PHONE}:6100`]);
    const late = new Wire({ address: '10.0.0.1' });
    late.rtp(PHONE, 6_000);
    late.nowMs += 30_000;
    expect(late.report(PHONE, 6_100)).toBe(0);
  });
});

describe('packets that come before the far end is known', () => {
  it('Keys wait until the far end is known; anything else is refused', () => {
    const wire = new Wire(null);
    wire.key(PHONE, 4_000, 8);
    wire.key(THIRD, 4_000, 8);
    wire.rtp(PHONE, 4_000, 5);
    expect([wire.heard, wire.refused, wire.goTo]).toEqual([0, 5, []]);
    wire.connect();
    expect([wire.heard, wire.refused]).toEqual([8, 13]);
    wire.connect({ direction: 'recvonly' });
    expect(wire.heard).toBe(8);
  });

  it("A flood of keys is kept for eight seconds' worth at most", () => {
    const wire = new Wire(null);
    wire.key(PHONE, 4_000, 10_000);
    wire.connect();
    expect(wire.heard).toBe(400);
  });
});
