/**
 * Repacks frames of 20 ms into packets of another length, for telephones that ask for one (RFC 8866 section
 * 6.4: ptime).
 */

import { RTP_HEADER_BYTES } from '#rtp';

/** Bytes of G.711 per millisecond; these are RTP timestamp units, too. */
const BYTES_PER_MS = 8;
/** The length of a frame, and of a packet unless another length is asked for, ms. */
export const USUAL_PACKET_MS = 20;
/** Packets may leave at the frame's time and halfway to the next frame: every 10 ms. */
export const HALF_MS = 10;
/** The number of packet buffers: earlier packets may still be waiting to be sent while another is filled. */
const BUFFERS = 4;

/** A packet with its payload in place and room for the header before it. */
export interface FilledPacket {
  bytes: Uint8Array;
  /** The RTP timestamp of the packet's first sample. */
  timestamp: number;
  /** Whether this is the first packet after a pause. */
  first: boolean;
}

/** Holds the sound of a G.711 leg between its frames and its packets. */
export class PacketLengths {
  readonly packetMs: number;
  readonly #payload: number;
  readonly #buffers: Uint8Array[];
  readonly #waiting: Uint8Array;
  #turn = 0;
  #filled = 0;
  #timestamp = 0;
  #first = true;
  /** The half-frame at which the next packet is due. */
  #due = Number.NEGATIVE_INFINITY;

  constructor(packetMs: number) {
    this.packetMs = packetMs;
    this.#payload = packetMs * BYTES_PER_MS;
    this.#buffers = Array.from({ length: BUFFERS }, () => new Uint8Array(RTP_HEADER_BYTES + this.#payload));
    this.#waiting = new Uint8Array(this.#payload + 2 * USUAL_PACKET_MS * BYTES_PER_MS);
  }

  /** Takes a frame: its packet, whose header is ignored, and the timestamp of its first sample. */
  put(packet: Uint8Array, timestamp: number): void {
    if (this.#filled > 0 && (this.#timestamp + this.#filled) >>> 0 !== timestamp) this.pause();
    if (this.#filled === 0) this.#timestamp = timestamp;
    const payload = packet.subarray(RTP_HEADER_BYTES);
    if (this.#filled + payload.length > this.#waiting.length) return;
    this.#waiting.set(payload, this.#filled);
    this.#filled += payload.length;
  }

  /** Discards the waiting sound, because silence or a hold follows. */
  pause(): void {
    this.#filled = 0;
    this.#first = true;
    this.#due = Number.NEGATIVE_INFINITY;
  }

  /** The packet that is due at that half-frame, if enough sound has gathered. */
  take(half: number): FilledPacket | undefined {
    if (half < this.#due || this.#filled < this.#payload) return undefined;
    const step = this.packetMs / HALF_MS;
    this.#due = half - this.#due < step ? this.#due + step : half + step;
    this.#turn = (this.#turn + 1) % BUFFERS;
    const bytes = this.#buffers[this.#turn]!;
    bytes.set(this.#waiting.subarray(0, this.#payload), RTP_HEADER_BYTES);
    this.#waiting.copyWithin(0, this.#payload, this.#filled);
    const packet = { bytes, timestamp: this.#timestamp, first: this.#first };
    this.#filled -= this.#payload;
    this.#timestamp = (this.#timestamp + this.#payload) >>> 0;
    this.#first = false;
    return packet;
  }
}
