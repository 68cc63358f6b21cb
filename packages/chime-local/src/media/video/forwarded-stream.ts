import { RTP_HEADER_BYTES, type RtpHeader, type SenderReport, writeRtpHeader } from '#rtp';
import { VIDEO_LIMITS } from './limits.ts';

/** Ticks per millisecond of video's RTP clock (RFC 7741 section 4.1). */
const TICKS_PER_MS = 90;

/** The initial values of a stream. */
export interface StreamBeginning {
  ssrc: number;
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
}

/**
 * One sender's video as one receiver gets it: an RTP stream of ours with the sender's payload. Packets that
 * are missing from the sender's stream are missing here, too, so that the receiver notices. If the sender
 * changes its SSRC, the stream continues where it ended.
 */
export class ForwardedStream {
  readonly ssrc: number;
  readonly payloadType: number;
  packets = 0;
  /** Payload bytes only. */
  bytes = 0;
  #from = -1;
  #sequenceShift = 0;
  #timestampShift = 0;
  #highest: number;
  #timestamp: number;
  #atMs = Number.NaN;
  readonly #out = Buffer.alloc(VIDEO_LIMITS.packetBytes);

  constructor({ ssrc, payloadType, sequenceNumber, timestamp }: StreamBeginning) {
    this.ssrc = ssrc;
    this.payloadType = payloadType;
    this.#highest = (sequenceNumber - 1) & 0xffff;
    this.#timestamp = timestamp;
  }

  /**
   * The sender's packet, whose header is `header`, as one of ours without header extensions; valid until the
   * next call.
   */
  rewrite(packet: Uint8Array, header: RtpHeader, nowMs: number): Uint8Array {
    if (header.ssrc !== this.#from) this.#follow(header, nowMs);
    const sequenceNumber = (header.sequenceNumber + this.#sequenceShift) & 0xffff;
    const timestamp = (header.timestamp + this.#timestampShift) >>> 0;
    if (((sequenceNumber - this.#highest) & 0xffff) < 0x8000) {
      this.#highest = sequenceNumber;
      this.#timestamp = timestamp;
      this.#atMs = nowMs;
    }
    const { marker, payloadStart, payloadEnd } = header;
    const { ssrc, payloadType } = this;
    writeRtpHeader(this.#out, { ssrc, payloadType, marker, sequenceNumber, timestamp });
    this.#out.set(packet.subarray(payloadStart, payloadEnd), RTP_HEADER_BYTES);
    this.packets++;
    this.bytes += payloadEnd - payloadStart;
    return this.#out.subarray(0, RTP_HEADER_BYTES + payloadEnd - payloadStart);
  }

  /**
   * The sender's report as one of ours: the same moment on this stream's own clock. Undefined if it is of
   * another stream.
   */
  report(theirs: SenderReport): SenderReport | undefined {
    if (theirs.ssrc !== this.#from) return undefined;
    const { packets, bytes, ssrc } = this;
    const rtpTimestamp = (theirs.rtpTimestamp + this.#timestampShift) >>> 0;
    return { ...theirs, ssrc, rtpTimestamp, packets, bytes, blocks: [] };
  }

  #follow(header: RtpHeader, nowMs: number): void {
    const passed = Number.isNaN(this.#atMs) ? 0 : Math.round((nowMs - this.#atMs) * TICKS_PER_MS);
    this.#from = header.ssrc;
    this.#sequenceShift = this.#highest + 1 - header.sequenceNumber;
    this.#timestampShift = this.#timestamp + passed - header.timestamp;
  }
}
