import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import type { LocalMedia, RemoteMedia } from '#media-edge';
import { looksLikeRtcp } from '#rtp';
import { PretendBrowser } from '../../packages/chime-local/src/media/testing/pretend-browser.ts';
import { OnsetEar } from './onset-ear.ts';
import { PACKET_MS, PreparedVoice } from './prepared-voice.ts';

/** A telephone (PCMU, plain RTP), a phone page or a meeting client (both 48 kHz Opus; ICE, DTLS, SRTP). */
export type FarEndKind = 'phone' | 'page' | 'browser';

export interface FarEndOptions {
  kind: FarEndKind;
  /** Whether beeps are to be detected in what it receives: that costs a decoder. */
  listens: boolean;
}

/** The far end of one leg of the media edge, as light as possible. */
export class FarEnd {
  readonly remote: RemoteMedia;
  readonly voice: PreparedVoice;
  readonly ear: OnsetEar | undefined;
  /** Arrival time of each packet in ms. */
  heardAtMs: number[] = [];
  readonly #connect: () => void;
  readonly #send: (packet: Uint8Array) => void;
  readonly #isUp: () => boolean;
  readonly #close: () => void;
  readonly #packetMs: number;
  /** When its next packet is due; far ends are out of step with one another. */
  #dueMs: number;

  private constructor(options: FarEndOptions, line: Line, remote: RemoteMedia) {
    const band = options.kind === 'phone' ? 'narrow' : 'full';
    this.#packetMs = PACKET_MS[band];
    this.#dueMs = performance.now() + Math.random() * this.#packetMs;
    this.voice = new PreparedVoice(band);
    this.ear = options.listens ? new OnsetEar(band) : undefined;
    this.remote = remote;
    this.#connect = line.connect;
    this.#send = line.send;
    this.#isUp = line.isUp;
    this.#close = line.close;
    line.onPacket((packet) => this.#hear(packet));
  }

  static async open(local: LocalMedia, options: FarEndOptions): Promise<FarEnd> {
    const [line, remote] =
      options.kind === 'phone'
        ? await phoneLine(local)
        : browserLine(await PretendBrowser.open(local, 'full'));
    return new FarEnd(options, line, remote);
  }

  /** ICE and DTLS are done; a telephone needs neither. */
  get up(): boolean {
    return this.#isUp();
  }

  connect(): void {
    this.#connect();
  }

  /** Sends the packets that are due. Returns how many. */
  pace(nowMs: number): number {
    let sent = 0;
    for (; this.#dueMs <= nowMs; this.#dueMs += this.#packetMs) {
      if (this.voice.says === 'nothing' || !this.up) continue;
      this.#send(this.voice.next());
      sent++;
    }
    return sent;
  }

  close(): void {
    this.#close();
  }

  #hear(packet: Uint8Array): void {
    const nowMs = performance.now();
    this.heardAtMs.push(nowMs);
    this.ear?.hear(packet, nowMs);
  }
}

/** The connection of a far end. */
interface Line {
  connect(): void;
  send(packet: Uint8Array): void;
  isUp(): boolean;
  onPacket(hear: (packet: Uint8Array) => void): void;
  close(): void;
}

function browserLine(browser: PretendBrowser): [Line, RemoteMedia] {
  const line: Line = {
    connect: () => browser.connect(),
    send: (packet) => browser.send(packet),
    isUp: () => !Number.isNaN(browser.connectedAtMs),
    onPacket: (hear) => {
      browser.listener.hear = (packet) => {
        // The browser's own record of times would grow.
        browser.heardAtMs.length = 0;
        hear(packet);
      };
    },
    close: () => browser.close(),
  };
  return [line, browser.remote()];
}

async function phoneLine(local: LocalMedia): Promise<[Line, RemoteMedia]> {
  const socket: Socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  const line: Line = {
    connect: () => {},
    send: (packet) => socket.send(packet, local.rtpPort, local.address),
    isUp: () => true,
    onPacket: (hear) => {
      socket.on('message', (bytes) => {
        if (!looksLikeRtcp(bytes)) hear(bytes);
      });
    },
    close: () => socket.close(),
  };
  const remote: RemoteMedia = {
    ...{ address: '127.0.0.1', rtpPort: port, rtcpPort: port },
    ...{ codec: 'PCMU', payloadType: 0, direction: 'sendrecv' },
  };
  return [line, remote];
}
