import type { RemoteInfo } from 'node:dgram';
import { isIP } from 'node:net';
import { looksLikeRtcp, makeRtpHeader, readRtcp, readRtpHeader } from '#rtp';
import { isPayloadOf } from '../leg-receiver.ts';
import type { LocalMedia, RemoteMedia } from '../media-edge.ts';
import type { SocketPair } from '../port-pool.ts';
import { SourceLatch } from '../source-latch.ts';
import type { PacketReceiver, PacketTransport } from './packet-transport.ts';

/** Scratch for the one packet that is being read. */
const header = makeRtpHeader();

export interface PlainTransportOptions {
  pair: SocketPair;
  /** Takes the pair back. */
  give(pair: SocketPair): void;
}

/** Plain RTP and RTCP on a pair of sockets: a telephone's. Packets come from, and go to, where the source latch says. */
export class PlainTransport implements PacketTransport {
  readonly local: LocalMedia;
  readonly #options: PlainTransportOptions;
  readonly #receiver: PacketReceiver;
  readonly #latch = new SourceLatch();
  #remote: RemoteMedia | undefined;
  /** Where the far end's RTCP comes from, once heard from the address that RTP comes from; 0 before. */
  #rtcpPort = 0;
  #reachAddress = '';
  #reachPort = 0;
  #reachable = false;

  constructor(options: PlainTransportOptions, receiver: PacketReceiver) {
    this.#options = options;
    this.#receiver = receiver;
    const { pair } = options;
    this.local = { address: pair.address, rtpPort: pair.rtpPort, rtcpPort: pair.rtpPort + 1 };
    pair.rtp.on('message', (bytes, from) => this.#receive(bytes, from));
    pair.rtcp.on('message', (bytes, from) => this.#receiveReport(bytes, from));
  }

  get ready(): boolean {
    return this.#mayReach(this.#latch.address, this.#latch.port);
  }

  connect(remote: RemoteMedia): void {
    this.#remote = remote;
    this.#latch.negotiate(remote.address, remote.rtpPort);
  }

  sendRtp(packet: Uint8Array): void {
    const { address, port } = this.#latch;
    if (this.#mayReach(address, port)) this.#options.pair.rtp.send(packet, port, address);
  }

  sendRtcp(packet: Uint8Array): void {
    const remote = this.#remote;
    if (!remote) return;
    const { pair } = this.#options;
    const { address, latched } = this.#latch;
    const mux = remote.rtcpPort === remote.rtpPort;
    const port = mux ? this.#latch.port : this.#rtcpPort || (latched ? 0 : remote.rtcpPort);
    if (!isSendable(address, port)) return;
    // A callback, because the goodbye is still on its way when the socket is closed.
    (mux ? pair.rtp : pair.rtcp).send(packet, port, address, () => {});
  }

  close(): void {
    const { pair, give } = this.#options;
    pair.rtp.removeAllListeners('message');
    pair.rtcp.removeAllListeners('message');
    give(pair);
  }

  #receive(bytes: Buffer, from: RemoteInfo): void {
    if (looksLikeRtcp(bytes)) {
      this.#receiveReport(bytes, from);
      return;
    }
    // A packet that is not the leg's by its form must not lead the latch.
    const good =
      this.#remote &&
      !readRtpHeader(bytes, header) &&
      isPayloadOf(this.#remote, header.payloadType) &&
      this.#latch.accepts(from.address, from.port, header.ssrc, header.sequenceNumber);
    if (!good) {
      this.#receiver.onRefused();
      return;
    }
    this.#receiver.onSignOfLife();
    this.#receiver.onRtp(bytes);
  }

  #receiveReport(bytes: Buffer, from: RemoteInfo): void {
    if (!this.#remote || from.address !== this.#latch.address || 'fault' in readRtcp(bytes, true)) {
      this.#receiver.onRefused();
      return;
    }
    this.#rtcpPort = from.port;
    this.#receiver.onSignOfLife();
    this.#receiver.onRtcp(bytes);
  }

  /** `isSendable`, asked again only when the far end changes. */
  #mayReach(address: string, port: number): boolean {
    if (address !== this.#reachAddress || port !== this.#reachPort) {
      this.#reachAddress = address;
      this.#reachPort = port;
      this.#reachable = isSendable(address, port);
    }
    return this.#reachable;
  }
}

/** An address that packets can go to: not a name, not the old form of hold (0.0.0.0), not port 0. */
function isSendable(address: string, port: number): boolean {
  return port > 0 && port < 65_536 && address !== '0.0.0.0' && address !== '::' && isIP(address) !== 0;
}
