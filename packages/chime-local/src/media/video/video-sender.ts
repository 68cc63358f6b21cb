import { TokenBucket } from '#platform';
import { Reception, type RtpHeader, type SenderReport } from '#rtp';
import { keyFrameRequest, receptionReport } from './feedback.ts';
import { VIDEO_LIMITS } from './limits.ts';

/** Clock rate of video, Hz (RFC 7741 section 4.1). */
const CLOCK_RATE = 90_000;

/** A leg that sends video: checks its packets, and sends it feedback. */
export class VideoSender {
  readonly payloadType: number;
  readonly maxKbps: number;
  readonly #own: number;
  readonly #allowance: TokenBucket;
  readonly #reception = new Reception(CLOCK_RATE);
  #ssrc = -1;
  #keyFrameWanted = false;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #reportedAtMs = Number.NEGATIVE_INFINITY;

  /** @param own our SSRC in the feedback to it. */
  constructor(own: number, { payloadType, maxKbps }: { payloadType: number; maxKbps: number }) {
    this.#own = own;
    this.payloadType = payloadType;
    this.maxKbps = maxKbps;
    const bytesPerSecond = (maxKbps * 1_000 * VIDEO_LIMITS.excess) / 8;
    this.#allowance = new TokenBucket(bytesPerSecond, bytesPerSecond);
  }

  /** Whether a packet from it may be forwarded. */
  take(header: RtpHeader, bytes: number, nowMs: number): boolean {
    if (!this.#allowance.take(nowMs, bytes)) return false;
    this.#ssrc = header.ssrc;
    this.#reception.count(header.ssrc, header.sequenceNumber, header.timestamp, nowMs);
    return true;
  }

  noteReport(report: SenderReport, nowMs: number): void {
    if (report.ssrc === this.#ssrc) this.#reception.noteSenderReport(report, nowMs);
  }

  wantKeyFrame(): void {
    this.#keyFrameWanted = true;
  }

  /** The feedback that is due, in order. */
  due(nowMs: number): Uint8Array[] {
    const messages: Uint8Array[] = [];
    // Before its first packet there is no SSRC to name; the first picture is a key frame anyway.
    if (this.#ssrc < 0) return messages;
    if (this.#keyFrameWanted && nowMs - this.#askedAtMs >= VIDEO_LIMITS.keyFrameEveryMs) {
      this.#keyFrameWanted = false;
      this.#askedAtMs = nowMs;
      messages.push(keyFrameRequest(this.#own, this.#ssrc));
    }
    if (nowMs - this.#reportedAtMs >= VIDEO_LIMITS.reportEveryMs) {
      this.#reportedAtMs = nowMs;
      const block = this.#reception.takeReport(nowMs);
      messages.push(receptionReport(this.#own, this.#ssrc, block, this.maxKbps * 1_000));
    }
    return messages;
  }
}
