import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { lookup } from 'node:dns';
import { type AddressInfo, isIP } from 'node:net';
import { decodeUlaw, encodeUlaw } from './ulaw.ts';

/** Samples per second, and in 20 ms. */
const RATE = 8000;
const FRAME = 160;
const FRAME_MS = 20;
/** Peak of a tone; for a wavering tone, how often per second its loudness changes, and by which share. */
const PEAK = 8000;
const WAVER_HZ = 1.3;
const WAVER_DEPTH = 0.9;
const RTP_HEADER = 12;
const SILENT = encodeUlaw(0);
const DTMF_PAYLOAD_TYPE = 101;
const KEYS = '0123456789*#ABCD';
/**
 * Packets of one key: 60 ms, followed by three that mark its end (RFC 4733 section 2.5.1.4). Keys are as fast
 * as a telephone's own dialler presses them; the minimum is 40 ms and a pause of 40 ms (ITU-T Q.24).
 */
const KEY_PACKETS = 3;
const END_PACKETS = 3;
/** Frames of silence after a key. */
const KEY_GAP_FRAMES = 1;

/** Skips the name lookup of a literal address, which would otherwise happen fifty times a second. */
const addressOf: SocketOptions['lookup'] = (host, options, callback) => {
  const family = isIP(host);
  if (family === 0) lookup(host, options, callback);
  else callback(null, host, family);
};

/** A received packet with its time (milliseconds, `performance.now`). */
export interface HeardPacket {
  at: number;
  sequence: number;
  timestamp: number;
  payload: Buffer;
}

/** Both directions of a phone's sound: it sends a tone or silence all the time, and keeps what it hears. */
export class RtpLine {
  readonly heard: HeardPacket[] = [];
  /** Called for each packet when it is received. */
  onPacket: ((packet: HeardPacket) => void) | undefined;
  readonly port: number;
  readonly #socket: Socket;
  #remote: { address: string; port: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sequence = 1000;
  #timestamp = 5000;
  #phase = 0;
  #hz = 0;
  #wavers = false;
  #next = 0;
  #rests = false;
  /** Packets to send instead of sound, one per frame; null is a frame of silence. */
  readonly #keys: ({ key: number; duration: number; end: boolean; first: boolean } | null)[] = [];
  #keyTimestamp = 0;

  private constructor(socket: Socket, follow: boolean) {
    this.#socket = socket;
    this.port = (socket.address() as AddressInfo).port;
    socket.on('message', (message, from) => {
      if (follow) this.connect(from.address, from.port);
      this.#hear(message);
    });
  }

  /**
   * `follow`: sends to the source of received packets, for a line whose signalling is done by another
   * program.
   */
  static async open({ follow = false }: { follow?: boolean } = {}): Promise<RtpLine> {
    const socket = createSocket({ type: 'udp4', lookup: addressOf });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new RtpLine(socket, follow);
  }

  /** Sets the destination and starts sending. */
  connect(address: string, port: number): void {
    this.#remote = { address, port };
    if (this.#timer || this.#rests) return;
    this.#next = performance.now();
    this.#timer = setInterval(() => this.#tick(), FRAME_MS / 2);
  }

  /** The destination; undefined before it is connected. */
  get remote(): { address: string; port: number } | undefined {
    return this.#remote;
  }

  /** Sends bytes that need not be RTP, from the line's own port. */
  sendBytes(bytes: Uint8Array): void {
    if (this.#remote) this.#socket.send(bytes, this.#remote.port, this.#remote.address);
  }

  /** Sends a tone; 0 is silence. `wavers`: its loudness varies like a voice's. */
  sayTone(hz: number, { wavers = false } = {}): void {
    this.#hz = hz;
    this.#wavers = wavers;
  }

  /** Presses keys, one after the other. */
  press(keys: string): void {
    for (const key of keys) {
      const code = KEYS.indexOf(key);
      if (code < 0) throw new Error(`${JSON.stringify(key)} is no key of a telephone.`);
      for (let packet = 1; packet <= KEY_PACKETS + END_PACKETS; packet++) {
        const duration = Math.min(packet, KEY_PACKETS) * FRAME;
        this.#keys.push({ key: code, duration, end: packet > KEY_PACKETS, first: packet === 1 });
      }
      for (let gap = 0; gap < KEY_GAP_FRAMES; gap++) this.#keys.push(null);
    }
  }

  /** True while keys are still being sent. */
  get pressing(): boolean {
    return this.#keys.length > 0;
  }

  /** What was heard in the last `ms`, as samples in order of timestamps; lost packets are silence. */
  lastHeard(ms: number): Int16Array {
    return this.heardUpTo(this.heard.length, ms);
  }

  /** What had been heard in the last `ms` when `packet` packets had been received. */
  heardUpTo(packet: number, ms: number): Int16Array {
    const packets = this.heard.slice(Math.max(0, packet - Math.ceil(ms / FRAME_MS)), packet);
    const first = packets[0]?.timestamp ?? 0;
    const samples = new Int16Array(packets.length * FRAME);
    for (const packet of packets) {
      const at = (packet.timestamp - first) >>> 0;
      if (at + packet.payload.length <= samples.length) samples.set(decodeUlaw(packet.payload), at);
    }
    return samples;
  }

  /** Stops sending but keeps listening: the telephone has moved to another line. */
  rest(): void {
    this.#rests = true;
    clearInterval(this.#timer);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #tick(): void {
    while (performance.now() >= this.#next) {
      this.#next += FRAME_MS;
      this.#send();
    }
  }

  #send(): void {
    const key = this.#keys.shift();
    if (key) this.#sendKey(key);
    else this.#sendSound(key === null ? 0 : this.#hz);
    this.#timestamp = (this.#timestamp + FRAME) >>> 0;
  }

  #sendKey({
    key,
    duration,
    end,
    first,
  }: {
    key: number;
    duration: number;
    end: boolean;
    first: boolean;
  }): void {
    if (first) this.#keyTimestamp = this.#timestamp;
    const packet = this.#packet(DTMF_PAYLOAD_TYPE | (first ? 0x80 : 0), this.#keyTimestamp, 4);
    packet.writeUInt8(key, RTP_HEADER);
    packet.writeUInt8((end ? 0x80 : 0) | 10, RTP_HEADER + 1);
    packet.writeUInt16BE(duration, RTP_HEADER + 2);
    this.sendBytes(packet);
  }

  #sendSound(hz: number): void {
    const packet = this.#packet(0, this.#timestamp, FRAME);
    if (hz === 0) {
      packet.fill(SILENT, RTP_HEADER);
      this.sendBytes(packet);
      return;
    }
    const seconds = this.#timestamp / RATE;
    const peak = this.#wavers ? PEAK * (1 + WAVER_DEPTH * Math.sin(2 * Math.PI * WAVER_HZ * seconds)) : PEAK;
    for (let i = 0; i < FRAME; i++) {
      const sample = Math.round(peak * Math.sin(this.#phase));
      this.#phase += (2 * Math.PI * hz) / RATE;
      packet[RTP_HEADER + i] = encodeUlaw(sample);
    }
    this.sendBytes(packet);
  }

  #packet(markerAndType: number, timestamp: number, payloadBytes: number): Buffer {
    const packet = Buffer.alloc(RTP_HEADER + payloadBytes);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(markerAndType, 1);
    packet.writeUInt16BE(this.#sequence++ & 0xffff, 2);
    packet.writeUInt32BE(timestamp, 4);
    packet.writeUInt32BE(this.port, 8);
    return packet;
  }

  #hear(message: Buffer): void {
    if (message.length < RTP_HEADER || ((message[1] ?? 0) & 0x7f) !== 0) return;
    const packet = {
      at: performance.now(),
      sequence: message.readUInt16BE(2),
      timestamp: message.readUInt32BE(4),
      payload: message.subarray(RTP_HEADER),
    };
    this.heard.push(packet);
    this.onPacket?.(packet);
  }
}
