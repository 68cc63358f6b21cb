/**
 * Key presses as RTP events (RFC 4733). Each is counted once, whatever the network loses or repeats.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     event     |E|R| volume    |          duration             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 *
 * `KeyPress` decides which packets belong to one press. A press is reported at the first packet that arrives,
 * whether it is the first that was sent, a later one or a repeated end.
 */

import { type EventPacket, KeyPress } from './key-press.ts';
import { putUint32, uint32 } from './rtp-packet.ts';

const KEYS = '0123456789*#ABCD';
const EVENT_BYTES = 4;
/** Further events in one packet are not read (section 2.4.1 allows several; a telephone sends one). */
const MAX_EVENTS_PER_PACKET = 4;
/** A sequence number this far behind may still be a reordered packet (RFC 3550 appendix A.1). */
const MAX_MISORDER = 100;
/** A sequence number this far ahead does not tell how many packets were sent (RFC 3550 appendix A.1). */
const MAX_DROPOUT = 3_000;
/**
 * Sequence numbers are comparable only for this long, ms: they wrap around, and some senders restart them.
 */
const NUMBERS_TELL_MS = 2_000;
/**
 * A marked packet this long after an end starts a new press, ms, even if the sender restarts its numbers with
 * each press.
 */
const BEGINS_ANEW_MS = 250;

/** A packet's place in its stream. */
export interface StreamPlace {
  sequenceNumber: number;
  timestamp: number;
  marker: boolean;
}

/** Follows the telephone events of one source. */
export class TelephoneEvents {
  #known = false;
  #press = new KeyPress();
  /** The press before the current one. */
  #before = new KeyPress();
  #sequenceNumber = 0;
  #timestamp = 0;
  /** The first event of the last packet, as its four bytes. */
  #said = 0;
  #lastMs = 0;
  readonly #packet: EventPacket = { event: 0, ended: false, duration: 0, timestamp: 0, marker: false };

  /** The key whose press has begun and whose end has not arrived. */
  get pressed(): string | undefined {
    return this.#known && !this.#press.ended ? KEYS[this.#press.event] : undefined;
  }

  /**
   * The key that was pressed last, the timestamp of its press, and the arrival time of its last packet, ms.
   */
  get last(): { key: string | undefined; timestamp: number; atMs: number } {
    const { event, timestamp } = this.#press;
    return { key: this.#known ? KEYS[event] : undefined, timestamp, atMs: this.#lastMs };
  }

  /**
   * Reads an event packet's payload.
   * @param place sequence number, timestamp and marker of the RTP packet.
   * @param nowMs time of any steady clock.
   * @returns the keys whose presses begin with this packet: usually none or one; a damaged payload gives
   * none.
   */
  read(payload: Uint8Array, from: number, to: number, place: StreamPlace, nowMs: number): string {
    const last = Math.min(to, from + MAX_EVENTS_PER_PACKET * EVENT_BYTES);
    if (from + EVENT_BYTES > last) return '';
    const elapsedMs = nowMs - this.#lastMs;
    const said = uint32(payload, from);
    // A sequence number that was not advanced is ignored if the packet's contents have changed.
    const isCopy = said === this.#said && place.timestamp === this.#timestamp;
    const ahead = this.#packetsAhead(place, elapsedMs) || (isCopy ? 0 : 1);
    const several = from + 2 * EVENT_BYTES <= last;
    let keys = '';
    let start = place.timestamp;
    for (let at = from; at + EVENT_BYTES <= last; at += EVENT_BYTES) {
      const packet = this.#packet;
      packet.event = payload[at]!;
      packet.ended = payload[at + 1]! >= 0x80;
      packet.duration = (payload[at + 2]! << 8) | payload[at + 3]!;
      packet.timestamp = start;
      packet.marker = place.marker && at === from;
      start = (start + packet.duration) >>> 0;
      // A second event with a duration of zero is padding by the sender.
      if (packet.event >= KEYS.length || (at > from && packet.duration === 0)) continue;
      if (ahead <= 0) this.#noteOvertaken(packet);
      else if (!(several && this.#isRepeated(packet)) && this.#begins(packet, ahead, elapsedMs)) {
        keys += KEYS[packet.event]!;
      }
    }
    if (ahead <= 0) return '';
    this.#sequenceNumber = place.sequenceNumber;
    this.#timestamp = place.timestamp;
    this.#said = said;
    this.#lastMs = nowMs;
    return keys;
  }

  /**
   * Number of packets sent since the last one; 0 or less if this packet was overtaken by the last one, or is
   * a copy.
   */
  #packetsAhead({ sequenceNumber, marker }: StreamPlace, elapsedMs: number): number {
    if (!this.#known || elapsedMs > NUMBERS_TELL_MS) return Number.POSITIVE_INFINITY;
    if (marker && this.#press.ended && elapsedMs > BEGINS_ANEW_MS) return Number.POSITIVE_INFINITY;
    const ahead = ((sequenceNumber - this.#sequenceNumber) << 16) >> 16;
    return ahead > MAX_DROPOUT || ahead < -MAX_MISORDER ? Number.POSITIVE_INFINITY : ahead;
  }

  #noteOvertaken(packet: EventPacket): void {
    if (packet.event === this.#press.event && packet.timestamp === this.#press.timestamp) {
      this.#press.note(packet);
    }
  }

  /** Whether an event was reported before: a packet of several events repeats those before the last one. */
  #isRepeated(packet: EventPacket): boolean {
    return this.#known && ((packet.timestamp - this.#press.timestamp) | 0) < 0;
  }

  #begins(packet: EventPacket, ahead: number, elapsedMs: number): boolean {
    const press = this.#press;
    if (this.#known && press.includes(packet, ahead, elapsedMs)) {
      press.goOn(packet);
      return false;
    }
    if (this.#known && this.#isOfPressBefore(packet, elapsedMs)) return false;
    this.#press = this.#before;
    this.#before = press;
    this.#press.begin(packet, press);
    this.#known = true;
    return true;
  }

  /** Whether the packet is an end of the previous press, repeated between packets of the current one. */
  #isOfPressBefore(packet: EventPacket, elapsedMs: number): boolean {
    const { event, timestamp } = this.#before;
    const same = packet.event === event && packet.timestamp === timestamp;
    return same && packet.ended && timestamp !== this.#press.timestamp && elapsedMs <= NUMBERS_TELL_MS;
  }
}

/**
 * Whether a payload has the form of an event: one key, four bytes, the reserved bit clear (RFC 4733 section
 * 2.3).
 */
export function looksLikeKeyEvent(payload: Uint8Array, from: number, to: number): boolean {
  return to - from === EVENT_BYTES && payload[from]! < KEYS.length && (payload[from + 1]! & 0x40) === 0;
}

/**
 * Writes an event's payload. For tests and for senders.
 * @throws {RangeError} if there is no such key.
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
