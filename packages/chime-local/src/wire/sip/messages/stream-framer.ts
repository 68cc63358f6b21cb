import { findEndOfHead } from './end-of-head.ts';
import { MESSAGE_LIMITS, type MessageLimits } from './limits.ts';

/** What a chunk of a stream completed. */
export interface Framed {
  /** Whole messages, each with its body. */
  messages: Buffer[];
  /** Keep-alives (a double CRLF between messages); each wants a CRLF back (RFC 5626 section 4.4.1). */
  pings: number;
  /** The stream cannot be read further. The last of `messages` may be a header whose refusal (400, 513) explains it. */
  error?: string;
}

/** The longest empty line with the line end before it. */
const END_OF_HEAD_BYTES = 4;
/** A value may stand on a line of its own that begins with white space (section 7.3.1). */
const CONTENT_LENGTH = /\n(?:content-length|l)[ \t]*:((?:[^\n]|\n[ \t])*)/gi;
const LENGTH = /^\d{1,9}$/;
/** RFC 5626 section 4.4.1: a double CRLF asks whether we are there. */
const PING_BYTES = 4;

/** Cuts messages out of a stream by Content-Length (RFC 3261 section 18.3). Holds at most one message. */
export class StreamFramer {
  readonly #limits: MessageLimits;
  #held: Buffer = Buffer.alloc(0);
  /** Where the search for the end of the header goes on. */
  #searched = 0;
  /** Length of the message whose header is complete. */
  #wanted: number | undefined;
  /** Bytes of line ends since the last message that have made no ping yet: the two may come apart. */
  #lineEndBytes = 0;
  #failed = false;

  constructor(limits: MessageLimits = MESSAGE_LIMITS) {
    this.#limits = limits;
  }

  /** Bytes that wait for the rest of their message. */
  get heldBytes(): number {
    return this.#held.length;
  }

  push(chunk: Buffer): Framed {
    const framed: Framed = { messages: [], pings: 0 };
    if (this.#failed) return framed;
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (this.#held.length > 0 && !framed.error) {
      if (this.#wanted === undefined && !this.#readHead(framed)) break;
      if (this.#wanted === undefined || this.#held.length < this.#wanted) break;
      framed.messages.push(this.#held.subarray(0, this.#wanted));
      this.#held = this.#held.subarray(this.#wanted);
      this.#wanted = undefined;
      this.#searched = 0;
    }
    if (framed.error) {
      this.#failed = true;
      this.#held = Buffer.alloc(0);
    }
    return framed;
  }

  /** True when a header is complete and `#wanted` is known. */
  #readHead(framed: Framed): boolean {
    framed.pings += this.#skipLineEnds();
    const found = findEndOfHead(this.#held, this.#searched);
    if (!found) {
      this.#searched = Math.max(0, this.#held.length - END_OF_HEAD_BYTES + 1);
      if (this.#held.length > this.#limits.headBytes) {
        framed.error = `no end of header within ${this.#limits.headBytes} bytes`;
      }
      return false;
    }
    const headLength = found.bodyStart;
    const lengths = contentLengths(this.#held.toString('latin1', 0, headLength));
    const length = lengths.size === 1 ? [...lengths][0] : undefined;
    if (length === undefined) {
      // Where it ends is unknown, and with it where the next begins (RFC 4475 section 3.3.8 says to answer 400).
      framed.messages.push(this.#held.subarray(0, headLength));
      framed.error =
        lengths.size > 1 ? 'two different Content-Lengths' : 'missing or malformed Content-Length';
      return false;
    }
    if (headLength + length > this.#limits.messageBytes) {
      framed.messages.push(this.#held.subarray(0, headLength));
      framed.error = `message of ${headLength + length} bytes; at most ${this.#limits.messageBytes}`;
      return false;
    }
    this.#wanted = headLength + length;
    return true;
  }

  /**
   * Drops line ends, and NULs, before a message; returns how many double line ends there were, those of earlier chunks
   * counted on.
   */
  #skipLineEnds(): number {
    let at = 0;
    for (;;) {
      if (this.#held[at] === 13 && this.#held[at + 1] === 10) {
        at += 2;
        this.#lineEndBytes += 2;
      } else if (this.#held[at] === 10) {
        // LF alone is a line end, too, where a sender writes no other.
        at += 1;
        this.#lineEndBytes += 2;
      } else if (this.#held[at] === 0) at += 1;
      else break;
    }
    const pings = Math.trunc(this.#lineEndBytes / PING_BYTES);
    this.#lineEndBytes %= PING_BYTES;
    if (at > 0) {
      this.#held = this.#held.subarray(at);
      this.#searched = 0;
    }
    // What follows is a message, unless it is the first half of a further line end.
    if (this.#held.length > 1 || (this.#held.length === 1 && this.#held[0] !== 13)) this.#lineEndBytes = 0;
    return pings;
  }
}

/** The lengths that a header names; undefined among them: one that is no number. */
function contentLengths(head: string): Set<number | undefined> {
  return new Set(
    Array.from(head.matchAll(CONTENT_LENGTH), ([, value = '']) => {
      const digits = value.trim();
      return LENGTH.test(digits) ? Number(digits) : undefined;
    }),
  );
}
