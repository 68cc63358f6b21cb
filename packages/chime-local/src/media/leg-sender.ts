import { RTP_HEADER_BYTES, type RtpFields, writeRtpHeader } from '#rtp';
import type { LegSound, Sources } from './leg-sound.ts';

/** Room for a packet of any codec: the longest Opus frame (RFC 6716 section 3.4: 1275 bytes) and the header. */
const LARGEST_PACKET = RTP_HEADER_BYTES + 1_275;

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
  #lastCycle = Number.NaN;

  constructor(start: StreamStart, sound: LegSound, payloadType: number) {
    this.#fields = { ...start, marker: true, payloadType };
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

  /** The RTP timestamp of a cycle of the frame clock. */
  timestampOf(cycle: number): number {
    return (this.#timestampBase + cycle * this.#sound.timestampStep) >>> 0;
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
    this.#lastCycle = Number.NaN;
  }

  /** Nothing is sent now (hold): the next packet begins a talk spurt, out of silence. */
  pause(): void {
    this.#lastCycle = Number.NaN;
    this.#sound.pause();
  }

  /** The packet of that cycle. Valid until the next but one is made. */
  next(cycle: number, sources: Sources): Uint8Array {
    const before = this.#buffers[this.#turn];
    this.#turn = this.#turn === 0 ? 1 : 0;
    const packet = this.#buffers[this.#turn];
    const bytes = this.#sound.fill(packet, before, sources);
    const fields = this.#fields;
    fields.marker = cycle !== this.#lastCycle + 1;
    fields.sequenceNumber = (fields.sequenceNumber + 1) & 0xffff;
    fields.timestamp = this.timestampOf(cycle);
    writeRtpHeader(packet, fields);
    this.#lastCycle = cycle;
    this.packets++;
    this.bytes += bytes;
    const end = RTP_HEADER_BYTES + bytes;
    return end === packet.length ? packet : packet.subarray(0, end);
  }
}

function buffersFor(sound: LegSound): [Uint8Array, Uint8Array] {
  const size = sound.payloadBytes ? RTP_HEADER_BYTES + sound.payloadBytes : LARGEST_PACKET;
  return [new Uint8Array(size), new Uint8Array(size)];
}
