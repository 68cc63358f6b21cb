import { RTP_HEADER_BYTES, type RtpFields, writeRtpHeader } from '#rtp';
import type { LegSound, Sources } from './leg-sound.ts';
import type { KeyFrame } from './outgoing-keys.ts';
import { PacketLengths, USUAL_PACKET_MS } from './packet-lengths.ts';
import type { SoundMeter } from './sound-levels.ts';

/** Room for a packet of any codec: the longest Opus frame (RFC 6716 section 3.4: 1275 bytes) and the header. */
const LARGEST_PACKET = RTP_HEADER_BYTES + 1_275;

/** Room for a telephone event (RFC 4733 section 2.3). */
const EVENT_PACKET = RTP_HEADER_BYTES + 4;

/** Where a stream begins. */
export interface StreamStart {
  ssrc: number;
  sequenceNumber: number;
  timestamp: number;
}

/**
 * Makes a leg's packets out of its sound. Two packets take turns, so that one may still be on its way out, and so
 * that the sound can look back at the one before.
 */
export class LegSender {
  packets = 0;
  /** Payload only. */
  bytes = 0;

  readonly #fields: RtpFields;
  readonly #timestampBase: number;
  #sound: LegSound;
  #buffers: [Uint8Array, Uint8Array];
  #turn: 0 | 1 = 0;
  #lastFrame = Number.NaN;
  /** Joins frames to longer packets; undefined while each frame is a packet of its own. */
  #lengths: PacketLengths | undefined;
  readonly #event = new Uint8Array(EVENT_PACKET);
  /**
   * When the key began that is being sent: all its packets say so (RFC 4733 section 2.3.5), also when a late clock leaves
   * cycles out meanwhile. Another timestamp would be another press of the key.
   */
  #keyTimestamp = 0;

  constructor(start: StreamStart, sound: LegSound, payloadType: number) {
    const { ssrc, sequenceNumber, timestamp } = start;
    // Written out: of objects that are spread V8 may give each a shape of its own, and every packet then looks its fields up.
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

  /** The RTP timestamp of a frame: they are counted on while none is made, too. */
  timestampOf(frame: number): number {
    return (this.#timestampBase + frame * this.#sound.timestampStep) >>> 0;
  }

  /**
   * What the packets are made of from now on. It stays one stream though it may count time otherwise then: RFC 7160
   * would rather see another SSRC, but browsers hear only the one that our session description announced.
   */
  setSound(sound: LegSound, payloadType: number): void {
    this.#fields.payloadType = payloadType;
    if (sound === this.#sound) return;
    this.#sound.close();
    this.#sound = sound;
    this.#buffers = buffersFor(sound);
    this.#lastFrame = Number.NaN;
  }

  /** Packets of that length from now on, where the codec is G.711. */
  setPacketMs(packetMs: number): void {
    if (packetMs === (this.#lengths?.packetMs ?? USUAL_PACKET_MS)) return;
    this.#lengths = packetMs === USUAL_PACKET_MS ? undefined : new PacketLengths(packetMs);
  }

  /** Whether packets leave between frames as well. */
  get sendsBetween(): boolean {
    return this.#lengths !== undefined;
  }

  /** Nothing is sent now (hold): the next packet begins a talk spurt, out of silence. */
  pause(): void {
    this.#lastFrame = Number.NaN;
    this.#lengths?.pause();
    this.#sound.pause();
  }

  /** The packet of that frame when a key is sent instead of sound. Valid until the next one is made. */
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
   * Makes the frame of that number. Its packet is valid until the next but one is made; undefined when packets are of another
   * length than frames: then `due` gives them.
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

  /** Puts what was heard last into `out`: see `LegSound`. */
  recall(out: Int16Array): void {
    const before = this.#buffers[this.#turn === 0 ? 1 : 0];
    this.#sound.recall(before, this.#buffers[this.#turn], out);
  }

  /** How loud the last frame was that was made. */
  measure(meter: SoundMeter): void {
    this.#sound.measure(this.#buffers[this.#turn], meter);
  }

  /** The packet that is due at that half of a frame: twice the cycle, and one more halfway to the next. */
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
  return [new Uint8Array(size), new Uint8Array(size)];
}
