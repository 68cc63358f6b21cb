/**
 * Whose voice a leg hears: one source, until another is sure to have taken its place. A lone packet of another SSRC
 * (RFC 3550 section 8.2 would call it a collision or a loop), or a second stream beside the first, changes nothing, unless
 * the first is nothing but digital silence. A sender whose SSRC is another one in each packet is one source as long as its
 * numbers go on.
 */

/** Packets in a row, in order, before another source is believed (RFC 3550 appendix A.1 has 2; one more costs nothing). */
const BELIEVED_AFTER = 3;
/** The same when each of them has an SSRC of its own. */
const ROAMING_BELIEVED_AFTER = 6;
/** A number this far ahead is still in order. */
const MAX_GAP = 100;
/** The same where only the numbers tell that it is one stream. */
const MAX_ROAMING_GAP = 10;
/** Packets of one SSRC in a row after which a sender that changed it with each has settled. */
const SETTLED_AFTER = 10;
/** The packets of the new source must follow each other within this, ms. */
const MAX_PAUSE_MS = 1_000;
/** The old source must be silent for its usual interval and a half, within these bounds, ms. */
const LEAST_SILENCE_MS = 60;
const MOST_SILENCE_MS = 300;
const INTERVALS = 1.5;
/** What one packet says about the usual interval fades by this factor with each further one. */
const INTERVAL_FADE = 0.98;
/** Packets of digital silence of the one, and of sound of the other, after which the other is heard: a second of each. */
const MUTE_AFTER = 50;

/** What is to be done with a voice packet: hear it; keep it back, since its source may be the next; hear the new source. */
export type VoiceVerdict = 'hear' | 'hold' | 'switch';

/** What the judge looks at of a voice packet. */
export interface JudgedPacket {
  ssrc: number;
  sequenceNumber: number;
}

export class VoiceSource {
  /** The source that is heard; -1 before the first. */
  ssrc = -1;
  #lastMs = 0;
  #lastSequence = 0;
  #intervalMs = 0;
  #nextSsrc = -1;
  #nextSequence = 0;
  #nextCount = 0;
  #nextMs = Number.NEGATIVE_INFINITY;
  /** Among the packets of the next in a row: changes of SSRC. */
  #nextChanges = 0;
  #roams = false;
  /** Packets of the present SSRC in a row while roaming. */
  #same = 0;
  /** Packets in a row: silent ones of who is heard, and others of who may be next. */
  #muteRun = 0;
  #soundRun = 0;

  /**
   * Judges a voice packet by its source.
   * @param isMute whether it holds digital silence alone; asked only while there are two sources.
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

  /** Packets of the source that may be the next, in a row. */
  get held(): number {
    return this.#nextCount;
  }

  /** Whether the source has another SSRC in each packet. */
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
