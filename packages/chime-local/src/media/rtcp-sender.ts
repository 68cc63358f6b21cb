import { ntpTime, type Reception, type RtcpPacket, writeRtcp } from '#rtp';

/** Mean time between reports, ms (RFC 3550 section 6.2: at least 5 s). */
const REPORT_INTERVAL_MS = 5_000;

/** What a leg has sent so far, for its reports. */
export interface SentSoFar {
  ssrc: number;
  packets: number;
  /** Payload bytes only. */
  bytes: number;
  /** The RTP timestamp that corresponds to the present time. */
  timestamp: number;
}

/** Creates the RTCP reports of one leg and says when they are due. */
export class RtcpSender {
  readonly #cname: string;
  readonly #chance: () => number;
  #dueMs: number;

  /** @param chance returns a random number from 0 to below 1, so that legs do not report in step. */
  constructor(cname: string, nowMs: number, chance: () => number) {
    this.#cname = cname;
    this.#chance = chance;
    this.#dueMs = nowMs + this.#interval() / 2;
  }

  /** Whether a report is due; if so, the next one is scheduled. */
  isDue(nowMs: number): boolean {
    if (nowMs < this.#dueMs) return false;
    this.#dueMs = nowMs + this.#interval();
    return true;
  }

  /**
   * A compound packet: a sender report (a receiver report if nothing has been sent yet), CNAME, and goodbye
   * if `last`.
   */
  compound(sent: SentSoFar, reception: Reception, nowMs: number, unixMs: number, last: boolean): Uint8Array {
    const block = reception.takeReport(nowMs);
    const blocks = block ? [block] : [];
    const ntp = ntpTime(unixMs);
    const packets: RtcpPacket[] = [
      sent.packets === 0
        ? { kind: 'receiver-report', ssrc: sent.ssrc, blocks }
        : {
            kind: 'sender-report',
            ssrc: sent.ssrc,
            ntpSeconds: ntp.seconds,
            ntpFraction: ntp.fraction,
            rtpTimestamp: sent.timestamp,
            packets: sent.packets,
            bytes: sent.bytes,
            blocks,
          },
      { kind: 'source-description', sources: [{ ssrc: sent.ssrc, cname: this.#cname }] },
    ];
    if (last) packets.push({ kind: 'goodbye', ssrcs: [sent.ssrc] });
    return writeRtcp(packets);
  }

  #interval(): number {
    return REPORT_INTERVAL_MS * (0.5 + this.#chance());
  }
}
