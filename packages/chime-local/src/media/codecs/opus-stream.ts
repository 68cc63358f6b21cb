import { type Band, FORMS, FRAME_MS } from '#conference';
import type { JitterBuffer } from '#rtp';
import { OpusDecoder } from './opus.ts';

/** Opus timestamps count at 48 kHz whatever the sampling rate (RFC 7587 section 4.1). */
export const OPUS_CLOCK_RATE = 48_000;
/**
 * A missing packet is waited for while later ones are at most this much ahead of it, ms; a longer gap is a
 * pause of the sender.
 */
const LONGEST_WAIT_MS = 100;
/** The most packets that wait for an earlier one: as many as arrive in that time in frames of 10 ms. */
const MOST_WAITING = 10;
/**
 * Up to this long behind the expected place, ms, a packet counts as late or as a second copy; further back,
 * the stream begins anew.
 */
const LATE_MS = 2_000;

const LONGEST_WAIT = (LONGEST_WAIT_MS * OPUS_CLOCK_RATE) / 1000;
const LATE = (LATE_MS * OPUS_CLOCK_RATE) / 1000;

interface Waiting {
  timestamp: number;
  packet: Uint8Array;
  arrivedMs: number;
}

/**
 * Feeds the packets of one Opus stream, as they arrive, into a jitter buffer. Each is decoded once and in
 * order, since a decoder that is fed otherwise produces clicks: a packet that is ahead waits for those before
 * it until its sound is needed.
 */
export class OpusStream {
  readonly #decoder: OpusDecoder;
  /** Timestamp units per sample. */
  readonly #unit: number;
  #streaming = false;
  /** The timestamp after the last packet that was decoded. */
  #next = 0;
  /** The same position, counted on across the timestamp's wraparound. */
  #at = 0;
  /** Packets that wait for an earlier one, in order of their timestamps. */
  #waiting: Waiting[] = [];

  constructor(band: Band) {
    this.#decoder = new OpusDecoder(band);
    this.#unit = OPUS_CLOCK_RATE / FORMS[band].sampleRate;
  }

  /** The number of packets that wait for an earlier one. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a packet. Its bytes may be overwritten afterwards. @returns false if it is damaged. */
  put(timestamp: number, packet: Uint8Array, nowMs: number, jitter: JitterBuffer): boolean {
    const ahead = this.#streaming ? (timestamp - this.#next) | 0 : 0;
    if (ahead < 0 && ahead >= -LATE) return true;
    if (ahead > 0 && ahead <= LONGEST_WAIT && this.#waiting.length < MOST_WAITING) {
      this.#wait({ timestamp, packet: packet.slice(), arrivedMs: nowMs });
      return true;
    }
    if (ahead !== 0) this.#decodeAll(jitter, timestamp);
    const good = this.#decode(timestamp, packet, nowMs, jitter);
    this.#goOn(jitter);
    return good;
  }

  /**
   * To be called before a frame of that length is taken: packets that are missing for it are no longer waited
   * for.
   */
  settle(jitter: JitterBuffer, frameMs = FRAME_MS): void {
    while (this.#waiting.length > 0 && jitter.bufferedMs < frameMs) {
      this.#decodeFirst(jitter);
      this.#goOn(jitter);
    }
  }

  /** To be called when another stream begins. */
  reset(): void {
    this.#streaming = false;
    this.#waiting = [];
    this.#decoder.reset();
  }

  /** Frees the decoder's memory; nothing may be called afterwards. */
  close(): void {
    this.#waiting = [];
    this.#decoder.close();
  }

  #wait(packet: Waiting): void {
    const before = (other: Waiting) => (packet.timestamp - other.timestamp) | 0;
    const place = this.#waiting.findIndex((other) => before(other) <= 0);
    if (place < 0) this.#waiting.push(packet);
    else if (before(this.#waiting[place]!) < 0) this.#waiting.splice(place, 0, packet);
  }

  /** Decodes the waiting packets that directly follow the last one decoded. */
  #goOn(jitter: JitterBuffer): void {
    while (this.#waiting.length > 0 && ((this.#waiting[0]!.timestamp - this.#next) | 0) <= 0) {
      this.#decodeFirst(jitter);
    }
  }

  /** Decodes the waiting packets before that timestamp and drops the others. */
  #decodeAll(jitter: JitterBuffer, timestamp: number): void {
    while (this.#waiting.length > 0 && ((this.#waiting[0]!.timestamp - timestamp) | 0) < 0) {
      this.#decodeFirst(jitter);
    }
    this.#waiting = [];
  }

  #decodeFirst(jitter: JitterBuffer): void {
    const { timestamp, packet, arrivedMs } = this.#waiting.shift()!;
    if (((timestamp - this.#next) | 0) >= 0) this.#decode(timestamp, packet, arrivedMs, jitter);
  }

  #decode(timestamp: number, packet: Uint8Array, arrivedMs: number, jitter: JitterBuffer): boolean {
    const samples = this.#decoder.decode(packet);
    if (!samples) return false;
    if (this.#streaming) this.#at += (timestamp - this.#next) | 0;
    this.#streaming = true;
    jitter.put(Math.floor(this.#at / this.#unit) >>> 0, samples, samples.length, arrivedMs);
    const length = samples.length * this.#unit;
    this.#next = (timestamp + length) >>> 0;
    this.#at += length;
    return true;
  }
}
