import { createSocket, type Socket } from 'node:dgram';
import { decodeG711, encodeG711, type G711, PCMU, tone } from '#audio';
import { createRtpHeader, readRtpHeader, writeRtpPacket } from '#rtp';
import type { LocalMedia, MediaEvents, RemoteMedia } from '../media-edge.ts';

/** A packet that leaves this late arrives too late to be heard whole: two packets later than usual, ms. */
const STUTTER_MS = 40;

/** For tests: a phone on the loopback that sings a tone and remembers what it hears. */
export class RtpPhone {
  readonly heard: {
    atMs: number;
    sequenceNumber: number;
    timestamp: number;
    marker: boolean;
    samples: Int16Array;
  }[] = [];
  readonly reports: Uint8Array[] = [];
  /** When its own song stuttered because this process was too busy, ms. */
  readonly stuttersMs: number[] = [];
  readonly rtp: Socket;
  readonly rtcp: Socket;
  readonly #codec: G711;
  readonly #ssrc = 1 + Math.floor(Math.random() * 0xffff_fff0);
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(rtp: Socket, rtcp: Socket, codec: G711) {
    this.rtp = rtp;
    this.rtcp = rtcp;
    this.#codec = codec;
    const header = createRtpHeader();
    rtp.on('message', (bytes) => {
      if (readRtpHeader(bytes, header)) throw new Error('the media edge sent something that is not RTP');
      const { sequenceNumber, timestamp, marker, payloadStart, payloadEnd } = header;
      const samples = new Int16Array(payloadEnd - payloadStart);
      decodeG711(codec, bytes, payloadStart, samples.length, samples);
      this.heard.push({ atMs: performance.now(), sequenceNumber, timestamp, marker, samples });
    });
    rtcp.on('message', (bytes) => this.reports.push(Uint8Array.from(bytes)));
  }

  static async open(codec: G711 = PCMU): Promise<RtpPhone> {
    return new RtpPhone(await bind(), await bind(), codec);
  }

  /** The contents of the phone's SDP. */
  remote(changes: Partial<RemoteMedia> = {}): RemoteMedia {
    return {
      address: '127.0.0.1',
      rtpPort: this.rtp.address().port,
      rtcpPort: this.rtcp.address().port,
      codec: this.#codec.name,
      payloadType: this.#codec.payloadType,
      dtmfPayloadType: 101,
      direction: 'sendrecv',
      ...changes,
    };
  }

  /** Sings a tone from now on, 50 packets a second on an absolute clock. */
  sing(hz: number, to: LocalMedia): void {
    const start = performance.now();
    let sent = 0;
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      if (nowMs - (start + sent * 20) > STUTTER_MS) this.stuttersMs.push(nowMs);
      for (; start + sent * 20 <= performance.now(); sent++) {
        this.send(this.voice(tone(hz, 160, 8000, 5000, this.#sent * 160)), to.rtpPort);
      }
    }, 5);
  }

  hush(): void {
    clearInterval(this.#timer);
  }

  /** The next packet of the phone's stream, with these samples. */
  voice(samples: Int16Array): Uint8Array {
    const payload = new Uint8Array(samples.length);
    encodeG711(this.#codec, samples, 0, samples.length, payload);
    return this.packet(this.#codec.payloadType, payload, (++this.#sent * 160) >>> 0);
  }

  packet(payloadType: number, payload: Uint8Array, timestamp: number, marker = false): Uint8Array {
    const sequenceNumber = this.#sent & 0xffff;
    return writeRtpPacket({ marker, payloadType, sequenceNumber, timestamp, ssrc: this.#ssrc, payload });
  }

  send(bytes: Uint8Array, port: number): void {
    this.rtp.send(bytes, port, '127.0.0.1');
  }

  /** The last `seconds` of what the phone heard, as one array. */
  lately(seconds: number): Int16Array {
    const frames = this.heard.slice(-Math.round(seconds * 50));
    return Int16Array.from(frames.flatMap((frame) => [...frame.samples]));
  }

  close(): void {
    this.hush();
    this.rtp.close();
    this.rtcp.close();
  }
}

/** Event handlers that do nothing. */
export const SILENT_EVENTS: MediaEvents = {
  onDigit() {},
  onPlaybackFinished() {},
  onSpeaking() {},
  onLevels() {},
  onTransportUp() {},
  onTransportDown() {},
  onMediaLost() {},
  onFatal() {},
};

function bind(): Promise<Socket> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket)));
}
