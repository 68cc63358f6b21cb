/**
 * One press of a key, told from the next by everything that its packets say. The standard (RFC 4733 section 2.5.1)
 * would have the timestamp name the press: all packets of a press carry that of its start. But there are telephones
 * that give all presses one timestamp, that let it grow within a press, that set no marker, or whose end packets are
 * lost; so the end bit, the growth of the duration, the sequence numbers and the time of arrival are heard as well.
 */

/** What an event packet says (RFC 4733 section 2.3), with what its RTP header says. */
export interface EventPacket {
  event: number;
  ended: boolean;
  /** Timestamp units since the start. */
  duration: number;
  timestamp: number;
  /** Set on the first packet of an event, if the sender knows of it. */
  marker: boolean;
}

/** Between two presses there are more packets than that, or more time, ms: the least pause is 40 ms (ITU-T Q.24). */
const ADJACENT_PACKETS = 3;
const ADJACENT_MS = 100;
/** An end is sent again within this time at most, ms. */
const REPEATED_END_MS = 500;
/** After a silence of so long nothing goes on, ms. */
const FORGOTTEN_MS = 5_000;
/** Timestamp units that two senders' ideas of "where the last segment ended" may differ by: 20 ms at 8 kHz. */
const SEGMENT_SLACK = 160;
/**
 * An event longer than the duration field can say goes on in a new segment (section 2.5.1.3) whose timestamp is the
 * old one plus its duration. So long must a segment be, in timestamp units, to count as one whose end was lost.
 */
const SHORTEST_FULL_SEGMENT = 48_000;
const LONGEST_DURATION = 0xffff;

/** The press that a source's last packets were of. */
export class KeyPress {
  event = -1;
  timestamp = 0;
  ended = true;
  /** The longest duration seen. */
  #longest = 0;
  /** The sender marks packets within a press, too: its markers say nothing. */
  #marksAll = false;

  /** Begins with that packet. `before`: the press before it, of the same sender. */
  begin(packet: EventPacket, before: KeyPress): void {
    this.event = packet.event;
    this.ended = false;
    this.#longest = 0;
    this.#marksAll = before.#marksAll;
    this.#take(packet);
  }

  /** Takes note of a further packet of it. */
  goOn(packet: EventPacket): void {
    if (packet.marker && packet.timestamp !== this.timestamp) this.#marksAll = true;
    this.#take(packet);
  }

  #take(packet: EventPacket): void {
    this.ended ||= packet.ended;
    // A new segment, or a duration that ran over, counts from zero.
    const restarted = !packet.ended && packet.duration < this.#longest;
    this.#longest = restarted ? packet.duration : Math.max(this.#longest, packet.duration);
    this.timestamp = packet.timestamp;
  }

  /** Takes note of a packet of it that was overtaken. */
  note(packet: EventPacket): void {
    this.ended ||= packet.ended;
    this.#longest = Math.max(this.#longest, packet.duration);
  }

  /**
   * Whether a packet is of this press and not of a new one.
   * @param packetsAhead packets that the source sent since the last event packet, at least 1; Infinity when unknown.
   * @param elapsedMs since the last event packet.
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
    // The timestamp runs with the packets, and so does the duration.
    if (growth > 0 && ahead >= growth / 2 && ahead <= growth * 1.5) return true;
    // There are senders that mark each segment; no other press begins where a full segment has just ended.
    const full = this.#longest >= SHORTEST_FULL_SEGMENT;
    if (marker) return full && !apart && Math.abs(ahead - this.#longest) <= SEGMENT_SLACK;
    if (growth >= 0 && !apart) return true;
    const length = this.#longest;
    if (!apart && Math.abs(ahead - length) <= SEGMENT_SLACK) return true;
    return length >= SHORTEST_FULL_SEGMENT && ahead >= length && ahead <= LONGEST_DURATION;
  }

  /** An update after an end: of the same press only when it says that more time has passed. */
  #endedTooSoon(ahead: number, growth: number): boolean {
    return growth >= 0 && ahead >= 0 && (ahead === 0 || ahead < this.#longest);
  }
}
