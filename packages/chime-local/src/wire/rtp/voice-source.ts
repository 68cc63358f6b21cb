/**
 * Decides whose voice a leg hears: one source, until another has certainly taken its place. A single packet
 * of another SSRC (RFC 3550 section 8.2 would call it a collision or a loop), or a second stream beside the
 * first, changes nothing, unless the first consists of nothing but digital silence. A sender that uses a
 * different SSRC in each packet is one source as long as its sequence numbers continue.
 */

/**
 * Packets in order until another source is trusted (RFC 3550 appendix A.1 asks for 2; one more costs
 * nothing).
 */
const BELIEVED_AFTER = 3;
/** The same number when the SSRC changes between the packets. */
const ROAMING_BELIEVED_AFTER = 6;
/** A sequence number up to this far ahead is still in order. */
const MAX_GAP = 100;
/** The same limit when only the sequence numbers show that the packets are of one stream. */
const MAX_ROAMING_GAP = 10;
/**
 * After this many consecutive packets with one SSRC, a sender that changed it with each packet has settled.
 */
const SETTLED_AFTER = 10;
/** The packets of the new source must follow each other within this time, ms. */
const MAX_PAUSE_MS = 1_000;
/** The old source must be silent for one and a half times its usual interval, within these bounds, ms. */
const LEAST_SILENCE_MS = 60;
const MOST_SILENCE_MS = 300;
const INTERVALS = 1.5;
/** The usual interval is the longest seen; it decays by this factor with each packet. */
const INTERVAL_FADE = 0.98;
/**
 * The other source is heard after this many packets of digital silence from the current one and of sound from
 * the other: a second of each.
 */
const MUTE_AFTER = 50;

/**
 * What to do with a voice packet: hear it; hold it back, since its source may be the next; or switch to the
 * new source.
 */
export type VoiceVerdict = 'hear' | 'hold' | 'switch';

/** The fields of a voice packet that the decision needs. */
export interface JudgedPacket {
  ssrc: number;
  sequenceNumber: number;
}

export class VoiceSource {
  /** The SSRC of the source that is heard; -1 before the first. */
  ssrc = -1;
  #lastMs = 0;
  #lastSequence = 0;
  #intervalMs = 0;
  #nextSsrc = -1;
  #nextSequence = 0;
  #nextCount = 0;
  #nextMs = Number.NEGATIVE_INFINITY;
  /** Changes of SSRC among the consecutive packets of the next source. */
  #nextChanges = 0;
  #roams = false;
  /** Consecutive packets of the current SSRC while roaming. */
  #same = 0;
  /**
   * Consecutive packets: silent ones of the source that is heard, and audible ones of the source that may be
   * next.
   */
  #muteRun = 0;
  #soundRun = 0;

  /**
   * Decides on a voice packet by its source.
   * @param isMute whether it contains digital silence only; called only while there are two sources.
   */
  judge({ ssrc, sequenceNumber }: JudgedPacket, nowMs: number, isMute = () => false): VoiceVerdict {
    if (ssrc === this.ssrc) {
      this.#watchHeard(nowMs, isMute);
      this.#note(sequenceNumber, nowMs);
      return 'hear';
    }
    if (this.#roams && isAhead(sequenceNumber, this.#lastSequence, MAX_ROAMING_GAP)) {
      this.ssrc = ssrc;
      this.#same = 0;
      this.#note(sequenceNumber, nowMs);
      return 'hear';
    }
    if (this.ssrc >= 0 && !this.#isSure(ssrc, sequenceNumber, nowMs, isMute)) return 'hold';
    this.#roams = this.#nextChanges > 0;
    this.ssrc = ssrc;
    this.#lastMs = nowMs;
    this.#lastSequence = sequenceNumber;
    this.#intervalMs = 0;
    this.#same = 0;
    this.#forgetNext();
    return 'switch';
  }

  /** Number of consecutive packets from the source that may be the next. */
  get held(): number {
    return this.#nextCount;
  }

  /** Whether the source uses a different SSRC in each packet. */
  get roams(): boolean {
    return this.#roams;
  }

  #note(sequenceNumber: number, nowMs: number): void {
    const interval = Math.min(MOST_SILENCE_MS, nowMs - this.#lastMs);
    this.#intervalMs = Math.max(this.#intervalMs * INTERVAL_FADE, interval);
    this.#lastMs = nowMs;
    this.#lastSequence = sequenceNumber;
    if (!this.#roams) return;
    this.#same++;
    if (this.#same >= SETTLED_AFTER) this.#roams = false;
    this.#forgetNext();
  }

  #watchHeard(nowMs: number, isMute: () => boolean): void {
    const rivalled = nowMs - this.#nextMs <= MAX_PAUSE_MS;
    this.#muteRun = rivalled && isMute() ? this.#muteRun + 1 : 0;
    if (!rivalled) this.#soundRun = 0;
    this.#nextCount = 0;
    this.#nextChanges = 0;
  }

  #forgetNext(): void {
    this.#nextCount = 0;
    this.#nextChanges = 0;
    this.#soundRun = 0;
    this.#muteRun = 0;
  }

  #isSure(ssrc: number, sequenceNumber: number, nowMs: number, isMute: () => boolean): boolean {
    const isNew = nowMs - this.#nextMs > MAX_PAUSE_MS;
    const same = ssrc === this.#nextSsrc;
    const ahead = isAhead(sequenceNumber, this.#nextSequence, same ? MAX_GAP : MAX_ROAMING_GAP);
    this.#soundRun = same && ahead && !isNew && !isMute() ? this.#soundRun + 1 : 0;
    const follows = this.#nextCount > 0 && ahead && !isNew;
    this.#nextCount = follows ? this.#nextCount + 1 : 1;
    this.#nextChanges = follows ? this.#nextChanges + (same ? 0 : 1) : 0;
    this.#nextSsrc = ssrc;
    this.#nextSequence = sequenceNumber;
    this.#nextMs = nowMs;
    if (this.#soundRun >= MUTE_AFTER && this.#muteRun >= MUTE_AFTER) return true;
    const usual = this.#intervalMs * INTERVALS;
    const silence = Math.min(MOST_SILENCE_MS, Math.max(LEAST_SILENCE_MS, usual));
    const needed = this.#nextChanges > 0 ? ROAMING_BELIEVED_AFTER : BELIEVED_AFTER;
    return this.#nextCount >= needed && nowMs - this.#lastMs >= silence;
  }
}

function isAhead(sequenceNumber: number, last: number, most: number): boolean {
  const ahead = (sequenceNumber - last) & 0xffff;
  return ahead > 0 && ahead <= most;
}
