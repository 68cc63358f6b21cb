import { type G711, PCMA, PCMU } from '#audio';
import { type JitterBuffer, type RtpHeader, VoiceClock } from '#rtp';
import type { SoundMeter } from './sound-levels.ts';

/** Decodes the voice that comes from a leg. */
export interface VoiceDecoder {
  /** RTP timestamp units per second. */
  readonly clockRate: number;
  /**
   * The codec of the packet if its packets are decoded independently of each other; undefined for other
   * codecs.
   */
  g711Of?(header: RtpHeader): G711;
  /**
   * Decodes the packet's payload into the jitter buffer.
   * @param header the packet's header, with the payload's position in `bytes`.
   * @returns false if it is damaged.
   */
  put(header: RtpHeader, bytes: Uint8Array, jitter: JitterBuffer, nowMs: number): boolean;
  /** Measures the level of a packet that nobody listens to. */
  measure(header: RtpHeader, bytes: Uint8Array, meter: SoundMeter): void;
  /** To be called before each frame of that length is taken: decodes what can still be added to it. */
  settle(jitter: JitterBuffer, frameMs: number): void;
  /** To be called when another stream begins. */
  reset(): void;
  /** Releases its resources. When used again, it starts afresh. */
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

  /** A static payload type determines the law (RFC 3551 table 4); a dynamic one is what was negotiated. */
  g711Of({ payloadType }: RtpHeader): G711 {
    if (payloadType === PCMU.payloadType) return PCMU;
    return payloadType === PCMA.payloadType ? PCMA : this.#codec;
  }
}
