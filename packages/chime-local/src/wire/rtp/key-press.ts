/**
 * One press of a key, distinguished from the next by everything that its packets say. According to the
 * standard (RFC 4733 section 2.5.1) the timestamp identifies the press: all packets of a press carry the
 * timestamp of its start. But some telephones give all presses the same timestamp, let it grow within a press
 * or set no marker, and end packets may be lost; so the end bit, the growth of the duration, the sequence
 * numbers and the arrival time are considered, too.
 */

/** The contents of an event packet (RFC 4733 section 2.3) and of its RTP header. */
export interface EventPacket {
  event: number;
  ended: boolean;
  /** Timestamp units since the start of the event. */
  duration: number;
  timestamp: number;
  /** Set on the first packet of an event, if the sender supports it. */
  marker: boolean;
}

/**
 * Two presses are further apart than this many packets, or than this many ms: the least pause is 40 ms (ITU-T
 * Q.24).
 */
const ADJACENT_PACKETS = 3;
const ADJACENT_MS = 100;
/** The end of a press is repeated within this time at most, ms. */
const REPEATED_END_MS = 500;
/** After a silence of this length a press does not continue, ms. */
const FORGOTTEN_MS = 5_000;
/** Senders differ by up to this many timestamp units about where the last segment ended: 20 ms at 8 kHz. */
const SEGMENT_SLACK = 160;
/**
 * An event longer than the duration field can express continues in a new segment (section 2.5.1.3) whose
 * timestamp is the old one plus its duration. Only a segment of at least this length, in timestamp units, can
 * be one whose end was lost.
 */
const SHORTEST_FULL_SEGMENT = 48_000;
const LONGEST_DURATION = 0xffff;

/** The press that the last packets of a source belong to. */
export class KeyPress {
  event = -1;
  timestamp = 0;
  ended = true;
  /** The longest duration received. */
  #longest = 0;
  /** The sender also marks packets within a press, so its markers mean nothing. */
  #marksAll = false;

  /** Starts the press with this packet. `before` is the previous press of the same sender. */
  begin(packet: EventPacket, before: KeyPress): void {
    this.event = packet.event;
    this.ended = false;
    this.#longest = 0;
    this.#marksAll = before.#marksAll;
    this.#take(packet);
  }

  /** Takes a further packet of the press into account. */
  goOn(packet: EventPacket): void {
    if (packet.marker && packet.timestamp !== this.timestamp) this.#marksAll = true;
    this.#take(packet);
  }

  #take(packet: EventPacket): void {
    this.ended ||= packet.ended;
    // A new segment, or a duration that overflowed, counts from zero.
    const restarted = !packet.ended && packet.duration < this.#longest;
    this.#longest = restarted ? packet.duration : Math.max(this.#longest, packet.duration);
    this.timestamp = packet.timestamp;
  }

  /** Takes a packet of the press into account that arrived after a later one. */
  note(packet: EventPacket): void {
    this.ended ||= packet.ended;
    this.#longest = Math.max(this.#longest, packet.duration);
  }

  /**
   * Whether a packet belongs to this press and not to a new one.
   * @param packetsAhead number of packets that the source has sent since the last event packet, at least 1;
   * Infinity if unknown.
   * @param elapsedMs time since the last event packet.
   */
  includes(packet: EventPacket, packetsAhead: number, elapsedMs: number): boolean {
    if (packet.event !== this.event || elapsedMs > FORGOTTEN_MS) return false;
    const apart = packetsAhead > ADJACENT_PACKETS || elapsedMs > ADJACENT_MS;
    const ahead = (packet.timestamp - this.timestamp) | 0;
    const growth = packet.duration - this.#longest;
    const marker = packet.marker && !this.#marksAll;
    if (!this.ended) return this.#goesOn(marker, ahead, growth, apart);
    if (!packet.ended) return !marker && this.#endedTooSoon(ahead, growth);
    if (ahead === 0) return elapsedMs <= REPEATED_END_MS && !(apart && growth < 0);
    return !marker && !(apart && (ahead < 0 || ahead >= this.#longest));
  }

  #goesOn(marker: boolean, ahead: number, growth: number, apart: boolean): boolean {
    if (ahead === 0) {
      if (growth > 0 || (growth < 0 && !marker && this.#longest >= SHORTEST_FULL_SEGMENT)) return true;
      return growth === 0 ? !(marker && apart) : !(marker || apart);
    }
    if (ahead < 0) return growth >= 0 && !marker && !apart;
    // The timestamp advances with the packets, and so does the duration.
    if (growth > 0 && ahead >= growth / 2 && ahead <= growth * 1.5) return true;
    // Some senders mark each segment; no other press begins where a full segment has just ended.
    const full = this.#longest >= SHORTEST_FULL_SEGMENT;
    if (marker) return full && !apart && Math.abs(ahead - this.#longest) <= SEGMENT_SLACK;
    if (growth >= 0 && !apart) return true;
    const length = this.#longest;
    if (!apart && Math.abs(ahead - length) <= SEGMENT_SLACK) return true;
    return length >= SHORTEST_FULL_SEGMENT && ahead >= length && ahead <= LONGEST_DURATION;
  }

  /** Whether an update after an end belongs to the same press: only if its duration has not shrunk. */
  #endedTooSoon(ahead: number, growth: number): boolean {
    return growth >= 0 && ahead >= 0 && (ahead === 0 || ahead < this.#longest);
  }
}
