/**
 * Whose voice a leg hears: one source, until another is sure to have taken its place. A lone packet of another SSRC
 * (RFC 3550 section 8.2 would call it a collision or a loop), or a second stream beside the first, changes nothing.
 */

/** Packets in a row, in order, before another source is believed (RFC 3550 appendix A.1 has 2; one more costs nothing). */
const BELIEVED_AFTER = 3;
/** A number this far ahead is still in order. */
const MAX_GAP = 100;
/** The packets of the new source must follow each other within this, ms. */
const MAX_PAUSE_MS = 1_000;
/** The old source must be silent for its usual interval and a half, within these bounds, ms. */
const LEAST_SILENCE_MS = 60;
const MOST_SILENCE_MS = 300;
const INTERVALS = 1.5;
/** What one packet says about the usual interval fades by this factor with each further one. */
const INTERVAL_FADE = 0.98;

/** What is to be done with a voice packet: hear it; keep it back, since its source may be the next; hear the new source. */
export type VoiceVerdict = 'hear' | 'hold' | 'switch';

export class VoiceSource {
  /** The source that is heard; -1 before the first. */
  ssrc = -1;
  #lastMs = 0;
  #intervalMs = 0;
  #nextSsrc = -1;
  #nextSequence = 0;
  #nextCount = 0;
  #nextMs = 0;

  /** Judges a voice packet by its source. */
  judge(ssrc: number, sequenceNumber: number, nowMs: number): VoiceVerdict {
    if (ssrc === this.ssrc) {
      this.#note(nowMs);
      return 'hear';
    }
    if (this.ssrc >= 0 && !this.#isSure(ssrc, sequenceNumber, nowMs)) return 'hold';
    this.ssrc = ssrc;
    this.#lastMs = nowMs;
    this.#intervalMs = 0;
    this.#nextCount = 0;
    return 'switch';
  }

  /** Packets of the source that may be the next, in a row. */
  get held(): number {
    return this.#nextCount;
  }

  #note(nowMs: number): void {
    const interval = Math.min(MOST_SILENCE_MS, nowMs - this.#lastMs);
    this.#intervalMs = Math.max(this.#intervalMs * INTERVAL_FADE, interval);
    this.#lastMs = nowMs;
    this.#nextCount = 0;
  }

  #isSure(ssrc: number, sequenceNumber: number, nowMs: number): boolean {
    const ahead = (sequenceNumber - this.#nextSequence) & 0xffff;
    const follows = this.#nextCount > 0 && ssrc === this.#nextSsrc && ahead > 0 && ahead <= MAX_GAP;
    this.#nextCount = follows && nowMs - this.#nextMs <= MAX_PAUSE_MS ? this.#nextCount + 1 : 1;
    this.#nextSsrc = ssrc;
    this.#nextSequence = sequenceNumber;
    this.#nextMs = nowMs;
    const usual = this.#intervalMs * INTERVALS;
    const silence = Math.min(MOST_SILENCE_MS, Math.max(LEAST_SILENCE_MS, usual));
    return this.#nextCount >= BELIEVED_AFTER && nowMs - this.#lastMs >= silence;
  }
}
