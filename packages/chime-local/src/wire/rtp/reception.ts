/**
 * What a receiver knows about a source: loss and jitter as defined by RFC 3550 (section 6.4.1, appendices
 * A.1, A.3 and A.8), and the report block for the far end.
 */

import type { ReportBlock, SenderReport } from './rtcp-packet.ts';

/** A sequence number this far ahead may still be the same stream with a gap (RFC 3550 appendix A.1). */
const MAX_DROPOUT = 3_000;
/** A sequence number this far behind may still be a reordered packet (RFC 3550 appendix A.1). */
const MAX_MISORDER = 100;
/** Seconds from 1900 (NTP) to 1970 (Unix). */
const NTP_OFFSET_S = 2_208_988_800;

/** Converts wall-clock milliseconds to an NTP timestamp. */
export function ntpTime(unixMs: number): { seconds: number; fraction: number } {
  const seconds = Math.floor(unixMs / 1000);
  const fraction = Math.floor(((unixMs - seconds * 1000) / 1000) * 2 ** 32);
  return { seconds: (seconds + NTP_OFFSET_S) % 2 ** 32, fraction };
}

/** The middle 32 bits of an NTP timestamp, the form in which reports quote it. */
export function middleNtp(seconds: number, fraction: number): number {
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;
}

/** The statistics of one source at a time. One object serves a leg for its whole life. */
export class Reception {
  readonly #sampleRate: number;
  #ssrc = -1;
  #first = 0;
  #highest = 0;
  #cycles = 0;
  #suspect = -1;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #transit = 0;
  #timed = false;
  #jitter = 0;
  #reportMiddle = 0;
  #reportAt = 0;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  /** Number of packets counted since the source began. */
  get received(): number {
    return this.#received;
  }

  /** Jitter in timestamp units. */
  get jitter(): number {
    return Math.floor(this.#jitter);
  }

  get cumulativeLost(): number {
    return this.#expected() - this.#received;
  }

  /**
   * Counts a packet that arrived at `nowMs`. Another SSRC, or a confirmed jump of the sequence numbers,
   * starts new statistics.
   */
  count(ssrc: number, sequenceNumber: number, timestamp: number, nowMs: number): void {
    if (ssrc !== this.#ssrc) this.#begin(ssrc, sequenceNumber);
    else if (!this.#advance(sequenceNumber)) return;
    this.#received++;
    // Computed in 32 bits, so that the wraparound of the timestamp does not count as jitter.
    const transit = (Math.floor((nowMs * this.#sampleRate) / 1000) - timestamp) | 0;
    if (this.#timed) this.#jitter += (Math.abs((transit - this.#transit) | 0) - this.#jitter) / 16;
    this.#timed = true;
    this.#transit = transit;
  }

  /** Stores the times of a sender report for the LSR and DLSR of the report block. */
  noteSenderReport(report: SenderReport, nowMs: number): void {
    this.#reportMiddle = middleNtp(report.ntpSeconds, report.ntpFraction);
    this.#reportAt = nowMs;
  }

  /** Returns the next report block and starts a new interval; undefined if nothing has been received yet. */
  takeReport(nowMs: number): ReportBlock | undefined {
    if (this.#received === 0) return undefined;
    const expected = this.#expected();
    const expectedNow = expected - this.#expectedBefore;
    const lostNow = expectedNow - (this.#received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = this.#received;
    const fraction = expectedNow > 0 && lostNow > 0 ? Math.floor((lostNow * 256) / expectedNow) : 0;
    const delay = this.#reportMiddle === 0 ? 0 : ((nowMs - this.#reportAt) * 65_536) / 1000;
    return {
      ssrc: this.#ssrc,
      fractionLost: Math.min(255, fraction),
      cumulativeLost: this.cumulativeLost,
      highestSequence: (this.#cycles + this.#highest) >>> 0,
      jitter: this.jitter,
      lastSenderReport: this.#reportMiddle,
      delaySinceLastSenderReport: Math.floor(delay) >>> 0,
    };
  }

  #expected(): number {
    return this.#received === 0 ? 0 : this.#cycles + this.#highest - this.#first + 1;
  }

  /** Whether the packet counts: a single number far off does not; two in a row start new statistics. */
  #advance(sequenceNumber: number): boolean {
    const ahead = (sequenceNumber - this.#highest) & 0xffff;
    if (ahead < MAX_DROPOUT) {
      if (sequenceNumber < this.#highest) this.#cycles += 0x1_0000;
      this.#highest = sequenceNumber;
    } else if (ahead <= 0x1_0000 - MAX_MISORDER) {
      if (sequenceNumber !== this.#suspect) {
        this.#suspect = (sequenceNumber + 1) & 0xffff;
        return false;
      }
      this.#begin(this.#ssrc, sequenceNumber);
    }
    return true;
  }

  #begin(ssrc: number, sequenceNumber: number): void {
    if (ssrc !== this.#ssrc) this.#reportMiddle = 0;
    this.#ssrc = ssrc;
    this.#first = sequenceNumber;
    this.#highest = sequenceNumber;
    this.#cycles = 0;
    this.#suspect = -1;
    this.#received = 0;
    this.#expectedBefore = 0;
    this.#receivedBefore = 0;
    this.#timed = false;
    this.#jitter = 0;
  }
}
