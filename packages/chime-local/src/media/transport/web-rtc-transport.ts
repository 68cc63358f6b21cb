/**
 * A WebRTC leg's packets: ICE-lite, DTLS and SRTP on one socket, all in the media thread.
 *
 * How to open a leg: create one `DtlsIdentity` for the process (`createDtlsIdentity()` of
 * `../dtls/identity.ts`, about a millisecond, in the media thread), and for each WebRTC leg take a pair from
 * the `PortPool` and call
 *
 *     const transport = createWebRtcTransport({ address, pair, give, identity }, receiver);
 *
 * `transport.local.webRtc` then holds what our session description needs; `transport.connect(remote)` says
 * which far end to expect (`remote.webRtc`); `onUp` is called when packets can be sent. The pair's RTCP
 * socket stays unused: RTCP shares the RTP port (RFC 5761). There is no DTLS thread: a handshake costs the
 * media thread one to two milliseconds of Node's own cryptography in small pieces (see
 * `../dtls/dtls-server.ts`), so there is nothing to start, wake or await.
 */
import { type Clock, systemClock, systemIds } from '#platform';
import { looksLikeRtcp } from '#rtp';
import { SrtpReceiver, SrtpSender } from '#srtp';
import { type DtlsKeys, DtlsServer } from '../dtls/dtls-server.ts';
import type { Fingerprint } from '../dtls/fingerprints.ts';
import type { DtlsIdentity } from '../dtls/identity.ts';
import type { LocalMedia, RemoteMedia } from '../media-edge.ts';
import type { SocketPair } from '../port-pool.ts';
import type { DatagramSource } from '../sockets/media-socket.ts';
import { IceLite } from './ice-lite.ts';
import type { PacketReceiver, PacketTransport } from './packet-transport.ts';

export interface WebRtcTransportOptions {
  /** The address that the pair is bound to and that our session description names. */
  address: string;
  /** The pair; its RTP socket carries everything. */
  pair: SocketPair;
  /** Gives the pair back. */
  give(pair: SocketPair): void;
  identity: DtlsIdentity;
  /** Schedules a handshake's work for when there is time; default: it is done at once. */
  defer?(work: () => void): void;
  /** The clock for the handshake's timers; default: the machine's. */
  clock?: Clock;
}

/** Starts listening. Only those who know our ICE password get more than a refusal. */
export function createWebRtcTransport(
  options: WebRtcTransportOptions,
  receiver: PacketReceiver,
): PacketTransport {
  return new WebRtcTransport(options, receiver);
}

/**
 * RFC 8445 section 5.3 requires at least 24 and 128 random bits; these are bytes of randomness, written in
 * hexadecimal.
 */
const UFRAG_BYTES = 4;
const PWD_BYTES = 16;
/** How long ICE and DTLS may take after `connect`, ms: as long as a browser's client allows itself. */
export const CONNECT_WITHIN_MS = 15_000;
/** How many DTLS datagrams that come before `connect` are kept: a ClientHello is one or two. */
const MAX_HELD = 4;
/** How many DTLS datagrams may wait for `defer`: a client's flight is one to five. */
const MAX_DEFERRED = 8;
/** Larger DTLS datagrams are refused, bytes: a whole flight with its certificate has 600 to 2500. */
const MAX_DTLS_BYTES = 8_192;

class WebRtcTransport implements PacketTransport {
  readonly local: LocalMedia;
  readonly #options: WebRtcTransportOptions;
  readonly #receiver: PacketReceiver;
  readonly #clock: Clock;
  readonly #ice: IceLite;
  #announced: Fingerprint[] = [];
  #dtls: DtlsServer | undefined;
  readonly #held: Buffer[] = [];
  #deferred = 0;
  #sender: SrtpSender | undefined;
  #opener: SrtpReceiver | undefined;
  /** `waiting`: the far end's description has not come yet, that is, `connect` has not been called. */
  #state: 'waiting' | 'connecting' | 'up' | 'down' | 'closed' = 'waiting';
  #wasUp = false;
  #cancelTimer: () => void = () => {};

  constructor(options: WebRtcTransportOptions, receiver: PacketReceiver) {
    this.#options = options;
    this.#receiver = receiver;
    this.#clock = options.clock ?? systemClock;
    const { address, pair, identity } = options;
    const ufrag = systemIds.hex(UFRAG_BYTES);
    const pwd = systemIds.hex(PWD_BYTES);
    this.local = {
      address,
      rtpPort: pair.rtpPort,
      rtcpPort: pair.rtpPort,
      webRtc: { iceUfrag: ufrag, icePwd: pwd, fingerprint: identity.fingerprint },
    };
    this.#ice = new IceLite({ ufrag, pwd, send: (bytes, to, port) => this.#send(bytes, to, port) });
    pair.rtp.on('message', this.#receive);
  }

  get ready(): boolean {
    return this.#state === 'up';
  }

  /**
   * Says who the far end must be. A certificate other than before starts a new handshake; the same one
   * changes nothing.
   */
  connect(remote: RemoteMedia): void {
    const announced = remote.webRtc?.fingerprints ?? [];
    if (this.#state === 'closed' || (this.#state !== 'waiting' && areSame(announced, this.#announced)))
      return;
    this.#announced = announced;
    this.#dtls?.close();
    this.#forgetKeys();
    this.#ice.restart();
    this.#state = 'connecting';
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(CONNECT_WITHIN_MS, () => this.#giveUp());
    const server = new DtlsServer({
      identity: this.#options.identity,
      announced,
      clock: this.#clock,
      ids: systemIds,
      send: (datagram) => this.#sendToFarEnd(datagram),
      onConnected: (keys) => this.#takeKeys(keys),
      onDown: (reason) => this.#goDown(reason),
    });
    this.#dtls = server;
    for (const datagram of this.#held.splice(0)) this.#takeDtls(datagram);
  }

  sendRtp(packet: Uint8Array): void {
    const sealed = this.#state === 'up' ? this.#sender?.protectRtp(packet) : undefined;
    if (sealed) this.#sendToFarEnd(sealed);
  }

  sendRtcp(packet: Uint8Array): void {
    const sealed = this.#state === 'up' ? this.#sender?.protectRtcp(packet) : undefined;
    if (sealed) this.#sendToFarEnd(sealed);
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#dtls?.close();
    this.#forgetKeys();
    this.#state = 'closed';
    this.#cancelTimer();
    const { pair, give } = this.#options;
    pair.rtp.off('message', this.#receive);
    give(pair);
  }

  /** Distinguishes the protocols that share the port by the first byte (RFC 7983). */
  readonly #receive = (bytes: Buffer, from: DatagramSource): void => {
    const first = bytes[0] ?? -1;
    let good = false;
    // Port 0 (RFC 768: no answer is wanted) cannot be answered: the socket would throw.
    if (this.#state === 'down' || from.port === 0) good = false;
    else if (first >= 0 && first <= 3) good = this.#takeCheck(bytes, from);
    else if (!this.#ice.isValidated(from.address, from.port)) good = false;
    else if (first >= 20 && first <= 63) good = this.#takeDtls(bytes);
    else if (first >= 128 && first <= 191) good = this.#takeMedia(bytes, from);
    if (!good && this.#state !== 'closed') this.#receiver.onRefused();
  };

  #takeCheck(bytes: Buffer, from: DatagramSource): boolean {
    if (!this.#ice.receive(bytes, from)) return false;
    this.#receiver.onSignOfLife();
    this.#considerUp();
    return true;
  }

  #takeDtls(datagram: Buffer): boolean {
    if (datagram.length > MAX_DTLS_BYTES) return false;
    if (this.#dtls) return this.#shake(this.#dtls, datagram);
    if (this.#held.length >= MAX_HELD) return false;
    // A copy: the socket's memory is larger than the datagram.
    this.#held.push(Buffer.from(datagram));
    return true;
  }

  #shake(server: DtlsServer, datagram: Buffer): boolean {
    const { defer } = this.#options;
    if (!defer) return server.receive(datagram);
    if (this.#deferred >= MAX_DEFERRED) return false;
    this.#deferred++;
    defer(() => {
      this.#deferred--;
      if (!server.receive(datagram) && this.#state !== 'closed') this.#receiver.onRefused();
    });
    return true;
  }

  #takeMedia(bytes: Buffer, from: DatagramSource): boolean {
    const isRtcp = looksLikeRtcp(bytes);
    const plain = isRtcp ? this.#opener?.unprotectRtcp(bytes) : this.#opener?.unprotectRtp(bytes);
    if (!plain) return false;
    this.#ice.prove(from);
    this.#receiver.onSignOfLife();
    if (isRtcp) this.#receiver.onRtcp(plain);
    else this.#receiver.onRtp(plain);
    return true;
  }

  #takeKeys({ profile, local, remote }: DtlsKeys): void {
    this.#sender = new SrtpSender(profile, local);
    this.#opener = new SrtpReceiver(profile, remote);
    this.#considerUp();
  }

  #forgetKeys(): void {
    this.#sender = undefined;
    this.#opener = undefined;
  }

  #considerUp(): void {
    if (this.#state !== 'connecting' || !this.#sender || !this.#ice.nominated) return;
    this.#state = 'up';
    this.#cancelTimer();
    if (this.#wasUp) return;
    this.#wasUp = true;
    this.#receiver.onUp();
  }

  #giveUp(): void {
    const seconds = CONNECT_WITHIN_MS / 1000;
    const missing = !this.#ice.destination
      ? 'no ICE check that knows our password came'
      : this.#sender
        ? 'the far end nominated no pair'
        : 'the far end did not finish its DTLS handshake';
    this.#goDown(`${missing} within ${seconds} s`);
  }

  #goDown(reason: string): void {
    if (this.#state === 'down' || this.#state === 'closed') return;
    this.#dtls?.close();
    this.#forgetKeys();
    this.#state = 'down';
    this.#cancelTimer();
    this.#receiver.onDown(reason);
  }

  #sendToFarEnd(bytes: Buffer): void {
    const destination = this.#ice.destination;
    if (destination) this.#send(bytes, destination.address, destination.port);
  }

  /** A callback is given because the goodbye may still be on its way when the socket is closed. */
  #send(bytes: Buffer, address: string, port: number): void {
    this.#options.pair.rtp.send(bytes, port, address, sent);
  }
}

/** A packet that cannot be sent is lost. */
const sent = (): void => {};

function areSame(some: readonly Fingerprint[], others: readonly Fingerprint[]): boolean {
  const text = (all: readonly Fingerprint[]) =>
    all
      .map(({ hash, value }) => `${hash} ${value}`.toLowerCase())
      .sort()
      .join();
  return text(some) === text(others);
}
