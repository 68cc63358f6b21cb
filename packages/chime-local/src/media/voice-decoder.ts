import { type G711, PCMA, PCMU } from '#audio';
import { type JitterBuffer, type RtpHeader, VoiceClock } from '#rtp';
import type { SoundMeter } from './sound-levels.ts';

/** A codec of a leg in the direction from it. */
export interface VoiceDecoder {
  /** RTP timestamp units a second. */
  readonly clockRate: number;
  /** The codec of a packet that is decoded without regard to others; undefined of other codecs. */
  g711Of?(header: RtpHeader): G711;
  /**
   * Decodes the packet's payload into the jitter buffer.
   * @param header of the packet, with the payload's place in `bytes`.
   * @returns false when it is damaged.
   */
  put(header: RtpHeader, bytes: Uint8Array, jitter: JitterBuffer, nowMs: number): boolean;
  /** Measures a packet that is not listened to. */
  measure(header: RtpHeader, bytes: Uint8Array, meter: SoundMeter): void;
  /** Before each frame of that length is taken: what it can still be given is decoded now. */
  settle(jitter: JitterBuffer, frameMs: number): void;
  /** Another stream begins. */
  reset(): void;
  /** Gives back what it holds. Used again, it begins anew. */
  close(): void;
}

export class G711Decoder implements VoiceDecoder {
  readonly clockRate = 8_000;
  readonly #codec: G711;
  readonly #clock = new VoiceClock(this.clockRate);

  constructor(codec: G711) {
    this.#codec = codec;
  }

  put(header: RtpHeader, bytes: Uint8Array, jitter: JitterBuffer, nowMs: number): boolean {
    const from = header.payloadStart;
    const { toLinear } = this.g711Of(header);
    const count = header.payloadEnd - from;
    if (count === 0) return true;
    const timestamp = this.#clock.timestampOf(header.sequenceNumber, header.timestamp, count, nowMs);
    jitter.putCodes(timestamp, bytes, from, count, toLinear, nowMs);
    return true;
  }

  measure(header: RtpHeader, bytes: Uint8Array, meter: SoundMeter): void {
    meter.codes(bytes, header.payloadStart, header.payloadEnd, this.g711Of(header).toLinear);
  }

  settle(): void {}

  reset(): void {
    this.#clock.reset();
  }

  close(): void {}

  /** A static number says itself which of the two it is (RFC 3551 table 4); a dynamic one is what was agreed on. */
  g711Of({ payloadType }: RtpHeader): G711 {
    if (payloadType === PCMU.payloadType) return PCMU;
    return payloadType === PCMA.payloadType ? PCMA : this.#codec;
  }
}
