/**
 * Keys pressed, as RTP events (RFC 4733), each counted once whatever the network loses or repeats.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     event     |E|R| volume    |          duration             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 *
 * All packets of an event carry the RTP timestamp of its start (section 2.5.1.2), so the timestamp names the
 * press: the first packet of a new one counts, whether it is the first, a later one or a repeated end.
 */

import { putUint32 } from './rtp-packet.ts';

const KEYS = '0123456789*#ABCD';
const EVENT_BYTES = 4;
/** More events in one packet are not read (section 2.4.1 allows several; a telephone sends one). */
const MAX_EVENTS_PER_PACKET = 4;
/**
 * An event longer than the duration field can say goes on in a new segment (section 2.5.1.3) whose timestamp
 * is the old one plus its duration. Segments shorter than this (in timestamp units, 6 s) are presses of their own.
 */
const SHORTEST_FULL_SEGMENT = 48_000;
const LONGEST_DURATION = 0xffff;
/** A timestamp this far behind is not a late packet but a sender that began anew: 10 s at 8 kHz. */
const RESTART_BEHIND = 80_000;

/** Follows the telephone events of one stream. */
export class TelephoneEvents {
  #known = false;
  #timestamp = 0;
  #event = -1;
  #ended = true;
  #longest = 0;

  /** Whether the last event has begun and its end has not been seen. */
  get pressed(): boolean {
    return this.#known && !this.#ended;
  }

  /** Forgets the stream: after a change of SSRC timestamps begin anew. */
  reset(): void {
    this.#known = false;
    this.#ended = true;
  }

  /**
   * Reads an event packet's payload.
   * @param timestamp of the RTP packet.
   * @param marker of the RTP packet: set on the first packet of an event.
   * @returns the keys that begin with this packet: mostly none or one; a damaged payload gives none.
   */
  read(payload: Uint8Array, from: number, to: number, timestamp: number, marker: boolean): string {
    let keys = '';
    let start = timestamp;
    const last = Math.min(to, from + MAX_EVENTS_PER_PACKET * EVENT_BYTES);
    for (let at = from; at + EVENT_BYTES <= last; at += EVENT_BYTES) {
      const event = payload[at]!;
      const ended = payload[at + 1]! >= 0x80;
      const duration = (payload[at + 2]! << 8) | payload[at + 3]!;
      if (event < KEYS.length && this.#begins(event, start, marker, ended, duration)) keys += KEYS[event]!;
      start = (start + duration) >>> 0;
    }
    return keys;
  }

  #begins(event: number, timestamp: number, marker: boolean, ended: boolean, duration: number): boolean {
    const ahead = this.#known ? (timestamp - this.#timestamp) | 0 : 1;
    if (ahead <= 0 && ahead > -RESTART_BEHIND) {
      if (ahead === 0 && event === this.#event) {
        this.#ended ||= ended;
        this.#longest = Math.max(this.#longest, duration);
      }
      return false;
    }
    const goesOn = this.#known && this.#goesOn(event, ahead, marker);
    this.#known = true;
    this.#timestamp = timestamp;
    this.#event = event;
    this.#ended = ended;
    this.#longest = duration;
    return !goesOn;
  }

  /** Whether a new timestamp is the next segment of the event that is being pressed. */
  #goesOn(event: number, ahead: number, marker: boolean): boolean {
    if (this.#ended || marker || event !== this.#event) return false;
    return this.#longest >= SHORTEST_FULL_SEGMENT && ahead >= this.#longest && ahead <= LONGEST_DURATION;
  }
}

/**
 * Writes an event's payload. For tests and for senders.
 * @throws {RangeError} when there is no such key.
 */
export function writeTelephoneEvent(key: string, ended: boolean, duration: number, volume = 10): Uint8Array {
  const event = KEYS.indexOf(key);
  if (key.length !== 1 || event < 0) {
    throw new RangeError(`there is no key ${JSON.stringify(key)}; expected one of 0-9 * # A-D`);
  }
  const payload = new Uint8Array(EVENT_BYTES);
  putUint32(
    payload,
    0,
    (event << 24) | (ended ? 0x80_0000 : 0) | ((volume & 0x3f) << 16) | (duration & 0xffff),
  );
  return payload;
}
