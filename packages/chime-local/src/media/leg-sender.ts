import { RTP_HEADER_BYTES, type RtpFields, writeRtpHeader } from '#rtp';
import type { LegSound, Sources } from './leg-sound.ts';
import type { KeyFrame } from './outgoing-keys.ts';
import { PacketLengths, USUAL_PACKET_MS } from './packet-lengths.ts';
import type { SoundMeter } from './sound-levels.ts';

/** Bytes of the longest packet: an Opus frame (RFC 6716 section 3.4: 1275 bytes) and the header. */
const LARGEST_PACKET = RTP_HEADER_BYTES + 1_275;

/** Bytes of a telephone event's packet (RFC 4733 section 2.3). */
const EVENT_PACKET = RTP_HEADER_BYTES + 4;

/** The first values of an RTP stream. */
export interface StreamStart {
  ssrc: number;
  sequenceNumber: number;
  timestamp: number;
}

/**
 * Makes a leg's packets out of its sound. Two buffers take turns: one may still be on its way out, and the sound looks back at the
 * previous packet.
 */
export class LegSender {
  packets = 0;
  /** Bytes of payload that were sent. */
  bytes = 0;

  readonly #fields: RtpFields;
  readonly #timestampBase: number;
  #sound: LegSound;
  #buffers: [Uint8Array, Uint8Array];
  #turn: 0 | 1 = 0;
  #lastFrame = Number.NaN;
  /** Joins frames into longer packets; undefined while each frame is a packet of its own. */
  #lengths: PacketLengths | undefined;
  readonly #event = new Uint8Array(EVENT_PACKET);
  /**
   * The timestamp at which the current key began. All its packets carry it (RFC 4733 section 2.3.5), even if a late clock skips cycles:
   * another timestamp would mean another press of the key.
   */
  #keyTimestamp = 0;

  constructor(start: StreamStart, sound: LegSound, payloadType: number) {
    const { ssrc, sequenceNumber, timestamp } = start;
    // Written out, not spread: V8 may give each spread object a hidden class of its own, which makes the fields slow to read.
    this.#fields = { marker: true, payloadType, sequenceNumber, timestamp, ssrc };
    this.#timestampBase = start.timestamp;
    this.#sound = sound;
    this.#buffers = buffersFor(sound);
  }

  get ssrc(): number {
    return this.#fields.ssrc;
  }

  get sound(): LegSound {
    return this.#sound;
  }

  /** The RTP timestamp of a frame. Frames count on while none is made. */
  timestampOf(frame: number): number {
    return (this.#timestampBase + frame * this.#sound.timestampStep) >>> 0;
  }

  /**
   * Sets the sound of which packets are made from now on. The SSRC stays although the clock rate may change: RFC 7160 prefers a new SSRC,
   * but browsers play only the one that our session description announced.
   */
  setSound(sound: LegSound, payloadType: number): void {
    this.#fields.payloadType = payloadType;
    if (sound === this.#sound) return;
    this.#sound.close();
    this.#sound = sound;
    this.#buffers = buffersFor(sound);
    this.#lastFrame = Number.NaN;
    // Frames that wait for their packet are in the old codec.
    this.#lengths?.pause();
  }

  /** Sets the length of packets, for G.711 only. */
  setPacketMs(packetMs: number): void {
    if (packetMs === (this.#lengths?.packetMs ?? USUAL_PACKET_MS)) return;
    this.#lengths = packetMs === USUAL_PACKET_MS ? undefined : new PacketLengths(packetMs);
  }

  /** Whether packets are also sent between frames. */
  get sendsBetween(): boolean {
    return this.#lengths !== undefined;
  }

  /** Notes that nothing is sent, as on hold: the next packet begins a talkspurt. */
  pause(): void {
    this.#lastFrame = Number.NaN;
    this.#lengths?.pause();
    this.#sound.pause();
  }

  /** The packet of that frame if it carries a key in place of sound. Valid until the next one is made. */
  key(frame: number, { segmentStart, first, payload }: KeyFrame, payloadType: number): Uint8Array {
    if (first) {
      this.pause();
      this.#keyTimestamp = this.timestampOf(frame);
    }
    const fields = this.#fields;
    fields.sequenceNumber = (fields.sequenceNumber + 1) & 0xffff;
    const timestamp = (this.#keyTimestamp + segmentStart) >>> 0;
    writeRtpHeader(this.#event, { ...fields, marker: first, payloadType, timestamp });
    this.#event.set(payload, RTP_HEADER_BYTES);
    this.packets++;
    this.bytes += payload.length;
    return this.#event;
  }

  /**
   * Makes the frame of that number. Its packet stays valid until the next but one is made. Undefined if packets and frames differ in
   * length: `due` gives the packets then.
   */
  next(frame: number, sources: Sources): Uint8Array | undefined {
    const before = this.#buffers[this.#turn];
    this.#turn = this.#turn === 0 ? 1 : 0;
    const packet = this.#buffers[this.#turn];
    const bytes = this.#sound.fill(packet, before, sources);
    const timestamp = this.timestampOf(frame);
    const first = frame !== this.#lastFrame + 1;
    this.#lastFrame = frame;
    if (this.#lengths && this.#sound.payloadBytes > 0) {
      this.#lengths.put(packet, timestamp);
      return undefined;
    }
    this.#stamp(packet, timestamp, first, bytes);
    const end = RTP_HEADER_BYTES + bytes;
    return end === packet.length ? packet : packet.subarray(0, end);
  }

  /** Whether the last frame carried sound or silence, neither a key nor nothing, as on hold. */
  get sendsSound(): boolean {
    return !Number.isNaN(this.#lastFrame);
  }

  /** The packet of the last frame but one. */
  get #older(): Uint8Array {
    return this.#buffers[this.#turn === 0 ? 1 : 0];
  }

  /** Writes the sound that was sent last to `out`; see `LegSound`. */
  recall(out: Int16Array): void {
    this.#sound.recall(this.#older, this.#buffers[this.#turn], out);
  }

  /** Measures the same. */
  measure(meter: SoundMeter): void {
    this.#sound.measure(this.#older, this.#buffers[this.#turn], meter);
  }

  /** The packet that is due at that half of a cycle; `half` is twice the cycle, plus one halfway to the next. */
  due(half: number): Uint8Array | undefined {
    const packet = this.#lengths?.take(half);
    if (!packet) return undefined;
    this.#stamp(packet.bytes, packet.timestamp, packet.first, packet.bytes.length - RTP_HEADER_BYTES);
    return packet.bytes;
  }

  #stamp(packet: Uint8Array, timestamp: number, first: boolean, bytes: number): void {
    const fields = this.#fields;
    fields.marker = first;
    fields.sequenceNumber = (fields.sequenceNumber + 1) & 0xffff;
    fields.timestamp = timestamp;
    writeRtpHeader(packet, fields);
    this.packets++;
    this.bytes += bytes;
  }
}

function buffersFor(sound: LegSound): [Uint8Array, Uint8Array] {
  const size = sound.payloadBytes ? RTP_HEADER_BYTES + sound.payloadBytes : LARGEST_PACKET;
  const buffers: [Uint8Array, Uint8Array] = [new Uint8Array(size), new Uint8Array(size)];
  // Zeros are loud in G.711, and the second buffer is looked back at before it has been sent.
  for (const buffer of buffers) sound.clear(buffer);
  return buffers;
}
