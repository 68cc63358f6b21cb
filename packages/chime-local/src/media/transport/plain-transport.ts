import { isIP } from 'node:net';
import { createRtpHeader, looksLikeKeyEvent, looksLikeRtcp, readRtcp, readRtpHeader } from '#rtp';
import { contentOf } from '../leg-receiver.ts';
import type { LocalMedia, RemoteMedia } from '../media-edge.ts';
import type { SocketPair } from '../port-pool.ts';
import type { DatagramSource } from '../sockets/media-socket.ts';
import { SourceLatch } from '../source-latch.ts';
import type { PacketReceiver, PacketTransport } from './packet-transport.ts';

/** Scratch space for the one packet that is being read. */
const header = createRtpHeader();

export interface PlainTransportOptions {
  pair: SocketPair;
  /** Gives the pair back. */
  give(pair: SocketPair): void;
  /** Whether a port of our address is ours: nothing is sent to such a port. */
  isOurs(port: number): boolean;
  nowMs(): number;
}

/**
 * How long after a negotiation the port of reports can be learned, ms: the first report comes after 7.5 s at
 * most (RFC 3550 section 6.2).
 */
const LEARN_REPORTS_MS = 10_000;
/** How many packets of keys are kept while the far end is not known: eight seconds of them. Our choice. */
const MAX_EARLY = 400;
/** The first unprivileged port: RTCP is never sent to a privileged one, since no telephone has one. */
const FIRST_PORT = 1_024;

/**
 * Plain RTP and RTCP on a pair of sockets, as telephones use it. The source latch decides where packets come
 * from and go to; nothing is sent to anybody who has not shown that packets are wanted.
 */
export class PlainTransport implements PacketTransport {
  readonly local: LocalMedia;
  readonly #options: PlainTransportOptions;
  readonly #receiver: PacketReceiver;
  readonly #latch = new SourceLatch();
  #remote: RemoteMedia | undefined;
  /**
   * The far end's RTCP port, once RTCP has come from the address that RTP comes from; 0 before. It is learned
   * once.
   */
  #rtcpPort = 0;
  /** The port that RTP came from when `#rtcpPort` was learned. */
  #rtcpLearnedBeside = 0;
  #rtcpLearnUntilMs = 0;
  /** Keys that were pressed before the far end was known: they may arrive before the ACK. */
  #early: { bytes: Buffer; from: DatagramSource; atMs: number }[] = [];
  #up = false;
  #reachAddress = '';
  #reachPort = 0;
  #reachable = false;

  constructor(options: PlainTransportOptions, receiver: PacketReceiver) {
    this.#options = options;
    this.#receiver = receiver;
    const { pair } = options;
    this.local = { address: pair.address, rtpPort: pair.rtpPort, rtcpPort: pair.rtpPort + 1 };
    // Node's own sockets pass other information about the datagram in this argument, not its arrival time.
    pair.rtp.on('message', (bytes, from, at) =>
      this.#receive(bytes, from, typeof at === 'number' ? at : options.nowMs()),
    );
    pair.rtcp.on('message', (bytes, from) => this.#receiveReport(bytes, from));
  }

  get ready(): boolean {
    return this.#latch.proven && this.#mayReach(this.#latch.address, this.#latch.port);
  }

  connect(remote: RemoteMedia): void {
    const { address, rtpPort, peer = address, direction } = remote;
    if (address !== this.#remote?.address || remote.rtcpPort !== this.#remote.rtcpPort) {
      this.#rtcpPort = 0;
      this.#rtcpLearnUntilMs = this.#options.nowMs() + LEARN_REPORTS_MS;
    }
    this.#remote = remote;
    const sends = direction === 'sendrecv' || direction === 'recvonly';
    this.#latch.negotiate({ address, port: rtpPort, peer, sends }, this.#options.nowMs());
    this.#tellUp();
    const early = this.#early;
    this.#early = [];
    for (const { bytes, from, atMs } of early) this.#receive(bytes, from, atMs);
  }

  sendRtp(packet: Uint8Array): void {
    const { address, port } = this.#latch;
    if (this.ready) this.#options.pair.rtp.send(packet, port, address);
  }

  sendRtcp(packet: Uint8Array): void {
    const remote = this.#remote;
    if (!remote || !this.ready) return;
    const { pair } = this.#options;
    const { address, latched } = this.#latch;
    const mux = remote.rtcpPort === remote.rtpPort;
    const port = mux ? this.#latch.port : this.#rtcpPort || (latched ? 0 : remote.rtcpPort);
    if (port < FIRST_PORT || !this.#isSendable(address, port)) return;
    // The callback is given because the goodbye may still be on its way when the socket is closed.
    (mux ? pair.rtp : pair.rtcp).send(packet, port, address, () => {});
  }

  close(): void {
    const { pair, give } = this.#options;
    pair.rtp.removeAllListeners('message');
    pair.rtcp.removeAllListeners('message');
    give(pair);
  }

  #receive(bytes: Buffer, from: DatagramSource, atMs: number): void {
    if (looksLikeRtcp(bytes)) {
      this.#receiveReport(bytes, from);
      return;
    }
    if (!this.#remote && this.#early.length < MAX_EARLY && isKeyEvent(bytes)) {
      this.#early.push({ bytes, from, atMs });
      return;
    }
    // A packet whose format does not belong to the leg must not lead the latch.
    const good =
      this.#remote &&
      !readRtpHeader(bytes, header) &&
      contentOf(this.#remote, header, bytes) !== undefined &&
      this.#latch.accepts(from.address, from.port, header.ssrc, header.sequenceNumber, this.#options.nowMs());
    if (!good) {
      this.#receiver.onRefused();
      return;
    }
    if (!this.#up) this.#tellUp();
    if (from.port !== this.#rtcpLearnedBeside) this.#rtcpPort = 0;
    this.#receiver.onSignOfLife();
    this.#receiver.onRtp(bytes, atMs);
  }

  #receiveReport(bytes: Buffer, from: DatagramSource): void {
    const { address } = this.#latch;
    if (from.address !== address || 'fault' in readRtcp(bytes, true) || !this.#takesReportsOf(from.port)) {
      this.#receiver.onRefused();
      return;
    }
    this.#receiver.onSignOfLife();
    this.#receiver.onRtcp(bytes);
  }

  /**
   * Whether reports from that port are accepted: the port of RTP, the named port, or behind a NAT one that is
   * learned once.
   */
  #takesReportsOf(port: number): boolean {
    const remote = this.#remote;
    if (!remote) return false;
    const { latched, port: rtpPort } = this.#latch;
    if (port === rtpPort || port === this.#rtcpPort) return true;
    if (!latched) return port === remote.rtcpPort;
    if (this.#rtcpPort > 0 || this.#options.nowMs() > this.#rtcpLearnUntilMs) return false;
    this.#rtcpPort = port;
    this.#rtcpLearnedBeside = rtpPort;
    return true;
  }

  /** Reports once that packets can be sent. */
  #tellUp(): void {
    if (this.#up || !this.ready) return;
    this.#up = true;
    this.#receiver.onUp();
  }

  /** Like `#isSendable`, but evaluated only when the far end changes. */
  #mayReach(address: string, port: number): boolean {
    if (address !== this.#reachAddress || port !== this.#reachPort) {
      this.#reachAddress = address;
      this.#reachPort = port;
      this.#reachable = this.#isSendable(address, port);
    }
    return this.#reachable;
  }

  #isSendable(address: string, port: number): boolean {
    if (!isSendable(address, port)) return false;
    if (address !== this.local.address) return true;
    return port !== this.#remote?.signallingPort && !this.#options.isOurs(port);
  }
}

function isKeyEvent(bytes: Buffer): boolean {
  return !readRtpHeader(bytes, header) && looksLikeKeyEvent(bytes, header.payloadStart, header.payloadEnd);
}

/**
 * Whether packets can be sent to an address: not to a name, not to the old form of hold (0.0.0.0), not to
 * port 0.
 */
function isSendable(address: string, port: number): boolean {
  return port > 0 && port < 65_536 && address !== '0.0.0.0' && address !== '::' && isIP(address) !== 0;
}
