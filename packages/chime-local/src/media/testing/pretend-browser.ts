import { createSocket, type Socket } from 'node:dgram';
import { systemIds } from '#platform';
import { looksLikeRtcp, writeTelephoneEvent } from '#rtp';
import { SRTP_PROFILES, SrtpReceiver, SrtpSender } from '#srtp';
import { readStun, writeRequest } from '#stun';
import { ScriptedClient } from '../dtls/testing/scripted-client.ts';
import type { Band, LegCodec, LocalMedia, RemoteMedia } from '../media-edge.ts';
import { PacketListener, Singer } from './voices.ts';

/**
 * How often the browser sends checks and repeats its DTLS flight until it is connected, and how often it
 * sends checks afterwards, ms.
 */
const CHECK_EVERY_MS = 50;
const KEEP_ALIVE_EVERY_MS = 2_000;
const PROFILE = SRTP_PROFILES[0]!;

/** For tests: a browser on the loopback, with ICE, DTLS and SRTP, that sings a tone and listens. */
export class PretendBrowser {
  readonly socket: Socket;
  readonly listener: PacketListener;
  readonly reports: Uint8Array[] = [];
  /** When each packet arrived, ms. */
  readonly heardAtMs: number[] = [];
  connectedAtMs = Number.NaN;
  readonly #dtls = new ScriptedClient({ profiles: [PROFILE.id] });
  readonly #ufrag = systemIds.hex(4);
  readonly #codec: LegCodec;
  readonly #local: LocalMedia;
  #singer: Singer;
  #sender: SrtpSender | undefined;
  #opener: SrtpReceiver | undefined;
  #flight: Buffer[] = [];
  #checked = false;
  #checks: NodeJS.Timeout | undefined;
  #song: NodeJS.Timeout | undefined;

  private constructor(socket: Socket, local: LocalMedia, band: Band, codec: LegCodec) {
    this.socket = socket;
    this.#local = local;
    this.#codec = codec;
    this.listener = new PacketListener(band, codec);
    this.#singer = new Singer(440, codec, this.remote().payloadType);
    socket.on('message', (bytes) => this.#receive(bytes));
  }

  static async open(local: LocalMedia, band: Band, codec: LegCodec = 'opus'): Promise<PretendBrowser> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new PretendBrowser(socket, local, band, codec);
  }

  /** The contents of the browser's session description. */
  remote(changes: Partial<RemoteMedia> = {}): RemoteMedia {
    const value = this.#dtls.identity.fingerprint;
    return {
      ...{ address: '0.0.0.0', rtpPort: 9, rtcpPort: 9 },
      codec: this.#codec,
      payloadType: { opus: 111, PCMU: 0, PCMA: 8 }[this.#codec],
      dtmfPayloadType: 126,
      direction: 'sendrecv',
      webRtc: { iceUfrag: this.#ufrag, fingerprints: [{ hash: 'sha-256', value }] },
      ...changes,
    };
  }

  /** Starts ICE and DTLS. */
  connect(): void {
    this.#check();
    this.#checks = setInterval(() => this.#check(), CHECK_EVERY_MS);
  }

  /** Sings a tone from now on, 50 packets a second. */
  sing(hz: number): void {
    this.hush();
    this.#singer = new Singer(hz, this.#codec, this.remote().payloadType);
    const start = performance.now();
    let sent = 0;
    this.#song = setInterval(() => {
      for (; start + sent * 20 <= performance.now(); sent++) this.send(this.#singer.next());
    }, 5);
  }

  hush(): void {
    clearInterval(this.#song);
  }

  /** Presses a key as a browser's `RTCDTMFSender` does, but sends all packets at once. */
  press(key: string): void {
    const start = this.#singer.clock;
    for (let n = 1; n <= 8; n++) {
      const event = writeTelephoneEvent(key, n > 5, (this.#codec === 'opus' ? 960 : 160) * Math.min(n, 6));
      this.send(this.#singer.packet(126, event, start, n === 1));
    }
  }

  /** Encrypts and sends an RTP packet. */
  send(packet: Uint8Array): void {
    const sealed = this.#sender?.protectRtp(packet);
    if (sealed) this.sendRaw(Buffer.from(sealed));
  }

  sendRaw(bytes: Uint8Array): void {
    this.socket.send(bytes, this.#local.rtpPort, this.#local.address);
  }

  close(): void {
    this.hush();
    clearInterval(this.#checks);
    this.socket.close();
  }

  #check(): void {
    const { iceUfrag, icePwd } = this.#local.webRtc!;
    this.sendRaw(
      writeRequest({
        transactionId: Buffer.from(systemIds.hex(12), 'hex'),
        username: `${iceUfrag}:${this.#ufrag}`,
        password: icePwd,
        priority: 1,
        useCandidate: true,
        role: 'controlling',
      }),
    );
    if (this.#checked && !this.#dtls.finished) this.#sendFlight();
  }

  #sendFlight(): void {
    const flight = this.#flight.length > 0 ? this.#dtls.lastFlight() : [this.#dtls.hello()];
    for (const datagram of flight) this.sendRaw(datagram);
  }

  /**
   * The answers to a datagram of the handshake; none if it makes no sense, since a stranger may have sent it.
   */
  #answer(bytes: Buffer): Buffer[] {
    try {
      return this.#dtls.receive(bytes);
    } catch {
      return [];
    }
  }

  #receive(bytes: Buffer): void {
    const first = bytes[0]!;
    if (first <= 3) {
      const message = readStun(bytes);
      if ('fault' in message || message.class !== 'success' || this.#checked) return;
      this.#checked = true;
      this.#sendFlight();
    } else if (first <= 63) {
      this.#flight = this.#answer(bytes);
      for (const datagram of this.#flight) this.sendRaw(datagram);
      if (this.#dtls.finished && !this.#sender) this.#takeKeys();
    } else {
      this.#hear(bytes);
    }
  }

  #takeKeys(): void {
    const { client, server } = this.#dtls.keys!.srtpKeys(PROFILE);
    this.#sender = new SrtpSender(PROFILE, client);
    this.#opener = new SrtpReceiver(PROFILE, server);
    this.connectedAtMs = performance.now();
    clearInterval(this.#checks);
    this.#checks = setInterval(() => this.#check(), KEEP_ALIVE_EVERY_MS);
  }

  #hear(bytes: Buffer): void {
    if (looksLikeRtcp(bytes)) {
      const report = this.#opener?.unprotectRtcp(bytes);
      if (report) this.reports.push(Uint8Array.from(report));
      return;
    }
    const packet = this.#opener?.unprotectRtp(bytes);
    if (!packet) return;
    this.heardAtMs.push(performance.now());
    this.listener.hear(packet);
  }
}
