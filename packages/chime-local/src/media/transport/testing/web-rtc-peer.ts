import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  CipherContext,
  DtlsClient,
  HashAlgorithm,
  RtpHeader,
  SignatureAlgorithm,
  SrtcpSession,
  SrtpSession,
} from 'werift';
import { systemIds } from '#platform';
import { readStun, type StunMessage, writeRequest } from '#stun';
import { PATIENCE_MS } from '#testkit';
import { fingerprintOf } from '../../dtls/identity.ts';
import type { LocalMedia, LocalWebRtc, RemoteMedia } from '../../media-edge.ts';

const ADDRESS = '127.0.0.1';
const CHECK_PRIORITY = 1_853_824_767;

/** Created once, because it takes a while. */
let certificate: Promise<{ certPem: string; keyPem: string; fingerprint: string }> | undefined;

async function createCertificate() {
  const made = await CipherContext.createSelfSignedCertificateWithKey({
    hash: HashAlgorithm.sha256_4,
    signature: SignatureAlgorithm.ecdsa_3,
  });
  const der = Buffer.from(made.certPem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return { ...made, fingerprint: fingerprintOf(der, 'sha256') };
}

export interface PeerOptions {
  /** SRTP profiles to offer, best first; default: 1 (AES-CM) alone. */
  profiles?: (1 | 7)[];
  /** Whether the datagram with that number (from 0, counted per direction) is lost on the way. */
  loses?(direction: 'out' | 'in', number: number): boolean;
}

/**
 * The far end of a WebRTC leg, as a browser would be, on a loopback socket: with its own ICE checks, and with
 * DTLS and SRTP of another implementation than ours.
 */
export class WebRtcPeer {
  readonly iceUfrag = systemIds.hex(4);
  readonly rtp: Buffer[] = [];
  readonly rtcp: Buffer[] = [];
  /** The answers to checks, in order. */
  readonly answers: StunMessage[] = [];
  fingerprint = '';
  socket: Socket;
  readonly #options: PeerOptions;
  readonly #sockets: Socket[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #counts = { out: 0, in: 0 };
  #local: LocalMedia | undefined;
  #dtls: DtlsClient | undefined;
  #onDtls: (datagram: Buffer) => void = () => {};
  #srtp: { rtp: SrtpSession; rtcp: SrtcpSession } | undefined;

  private constructor(socket: Socket, options: PeerOptions) {
    this.socket = socket;
    this.#options = options;
  }

  static async open(options: PeerOptions = {}): Promise<WebRtcPeer> {
    const peer = new WebRtcPeer(createSocket('udp4'), options);
    await peer.#listen(peer.socket);
    certificate ??= createCertificate();
    peer.fingerprint = (await certificate).fingerprint;
    return peer;
  }

  /** The peer's session description after offer and answer. */
  description(changes: Partial<RemoteMedia> = {}): RemoteMedia {
    return {
      address: ADDRESS,
      rtpPort: 9,
      rtcpPort: 9,
      codec: 'PCMU',
      payloadType: 0,
      direction: 'sendrecv',
      webRtc: {
        iceUfrag: this.iceUfrag,
        fingerprints: [{ hash: 'sha-256', value: this.fingerprint }],
      },
      ...changes,
    };
  }

  /** Performs ICE and DTLS with the leg of that description. */
  async connect(local: LocalMedia): Promise<void> {
    this.#local = local;
    this.check({ useCandidate: true });
    await this.until(
      () => this.answers.some((answer) => answer.class === 'success'),
      'an answer to the check',
    );
    await this.handshake(local);
  }

  /** Sends one connectivity check from the current socket. */
  check(
    options: { useCandidate?: boolean; password?: string; username?: string; role?: 'controlled' } = {},
    local: LocalMedia | undefined = this.#local,
  ): void {
    const { iceUfrag, icePwd } = local?.webRtc as LocalWebRtc;
    const bytes = writeRequest({
      transactionId: Buffer.from(systemIds.hex(12), 'hex'),
      username: options.username ?? `${iceUfrag}:${this.iceUfrag}`,
      password: options.password ?? icePwd,
      priority: CHECK_PRIORITY,
      useCandidate: options.useCandidate ?? false,
      ...(options.role ? { role: options.role } : {}),
    });
    this.send(bytes, local);
  }

  /** Performs the DTLS handshake as the client. Resolves when both ends have the keys. */
  async handshake(local: LocalMedia): Promise<void> {
    this.#local = local;
    const { certPem, keyPem } = await (certificate as NonNullable<typeof certificate>);
    const dtls = new DtlsClient({
      cert: certPem,
      key: keyPem,
      signatureHash: { hash: HashAlgorithm.sha256_4, signature: SignatureAlgorithm.ecdsa_3 },
      srtpProfiles: this.#options.profiles ?? [1],
      extendedMasterSecret: true,
      transport: this.#dtlsTransport(),
    });
    this.#dtls = dtls;
    let connected = false;
    dtls.onConnect.subscribe(() => {
      connected = true;
      this.#takeKeys(dtls);
      this.#changed();
    });
    // If unanswered, it fails by itself; `until` reports that.
    dtls.connect().catch(() => {});
    await this.until(() => connected, 'the DTLS handshake');
  }

  /** Encrypts and sends an RTP packet. */
  sendRtp(packet: Buffer): void {
    const header = RtpHeader.deSerialize(packet);
    this.send(this.#keys.rtp.encrypt(packet.subarray(header.payloadOffset), header));
  }

  sendRtcp(packet: Buffer): void {
    this.send(this.#keys.rtcp.encrypt(packet));
  }

  /** Sends bytes unchanged. */
  send(bytes: Buffer, local: LocalMedia | undefined = this.#local): void {
    if (this.#options.loses?.('out', this.#counts.out++)) return;
    this.socket.send(bytes, local?.rtpPort as number, local?.address as string);
  }

  /**
   * Moves the peer to another port, as when a telephone changes networks. Packets to the old port still
   * count.
   */
  async move(): Promise<void> {
    this.socket = createSocket('udp4');
    await this.#listen(this.socket);
  }

  /** Waits until the condition holds. @throws if it takes too long. */
  until(condition: () => boolean, what: string): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition()) return;
        this.#waiting.delete(look);
        clearTimeout(patience);
        resolve();
      };
      const patience = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`waited ${PATIENCE_MS} ms for ${what}`));
      }, PATIENCE_MS);
      this.#waiting.add(look);
    });
  }

  close(): void {
    // Its retransmissions end once the last flight seems to be reached.
    if (this.#dtls) this.#dtls.dtls.flight = 99;
    for (const socket of this.#sockets.splice(0)) socket.close();
  }

  get #keys() {
    if (!this.#srtp) throw new Error('connect first');
    return this.#srtp;
  }

  async #listen(socket: Socket): Promise<void> {
    this.#sockets.push(socket);
    socket.on('message', (bytes, from) => this.#receive(bytes, from));
    socket.bind(0, ADDRESS);
    await once(socket, 'listening');
  }

  #receive(bytes: Buffer, _from: RemoteInfo): void {
    if (this.#options.loses?.('in', this.#counts.in++)) return;
    const first = bytes[0] as number;
    if (first <= 3) {
      const message = readStun(bytes);
      if ('fault' in message) throw new Error(`an answer that cannot be read: ${message.fault}`);
      this.answers.push(message);
    } else if (first < 64) {
      this.#onDtls(bytes);
    } else if (this.#srtp) {
      const isRtcp = (bytes[1] as number) >= 192 && (bytes[1] as number) <= 223;
      if (isRtcp) this.rtcp.push(this.#srtp.rtcp.decrypt(bytes));
      else this.rtp.push(this.#srtp.rtp.decrypt(bytes));
    }
    this.#changed();
  }

  #changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  #dtlsTransport() {
    const peer = this;
    return {
      type: 'udp',
      address: this.socket.address(),
      closed: false,
      set onData(handler: (datagram: Buffer, from: readonly [string, number]) => void) {
        peer.#onDtls = (datagram) => handler(datagram, [ADDRESS, 0]);
      },
      get onData() {
        return (datagram: Buffer) => peer.#onDtls(datagram);
      },
      send: async (bytes: Buffer) => peer.send(bytes),
      close: async () => {},
    };
  }

  #takeKeys(dtls: DtlsClient): void {
    const profile = dtls.srtp.srtpProfile as 1 | 7;
    const keys = dtls.extractSessionKeys(16, profile === 1 ? 14 : 12);
    const options = {
      profile,
      keys: {
        localMasterKey: keys.localKey,
        localMasterSalt: keys.localSalt,
        remoteMasterKey: keys.remoteKey,
        remoteMasterSalt: keys.remoteSalt,
      },
    };
    this.#srtp = { rtp: new SrtpSession(options), rtcp: new SrtcpSession(options) };
  }
}
