import { findEndOfHead } from './end-of-head.ts';
import { MESSAGE_LIMITS, type MessageLimits } from './limits.ts';

/** The result of reading a chunk of a stream. */
export interface Framed {
  /** Whole messages, each with its body. */
  messages: Buffer[];
  /**
   * Number of keep-alives (a double CRLF between messages); each requires a CRLF in return (RFC 5626 section
   * 4.4.1).
   */
  pings: number;
  /**
   * Why the stream cannot be read further. The last of `messages` may be a header to which a refusal (400,
   * 513) is sent.
   */
  error?: string;
}

/** Length of the longest empty line including the line end before it. */
const END_OF_HEAD_BYTES = 4;
/** A value may be on a line of its own that begins with white space (section 7.3.1). */
const CONTENT_LENGTH = /\n(?:content-length|l)[ \t]*:((?:[^\n]|\n[ \t])*)/gi;
const LENGTH = /^\d{1,9}$/;
/** RFC 5626 section 4.4.1: a double CRLF checks whether we are alive. */
const PING_BYTES = 4;

/** Splits a stream into messages by Content-Length (RFC 3261 section 18.3). Holds at most one message. */
export class StreamFramer {
  readonly #limits: MessageLimits;
  #held: Buffer = Buffer.alloc(0);
  /** Where the search for the end of the header continues. */
  #searched = 0;
  /** Length of the message whose header is complete. */
  #wanted: number | undefined;
  /**
   * Bytes of line ends since the last message that are not yet part of a ping: its two CRLFs may arrive
   * separately.
   */
  #lineEndBytes = 0;
  #failed = false;

  constructor(limits: MessageLimits = MESSAGE_LIMITS) {
    this.#limits = limits;
  }

  /** Number of bytes that wait for the rest of their message. */
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

  /** Returns true if a header is complete; `#wanted` is then set. */
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
      // The end of this message is unknown, and therefore the start of the next (RFC 4475 section 3.3.8
      // requires a 400).
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
   * Drops line ends and NULs before a message. Returns the number of double line ends, counting line ends of
   * earlier chunks.
   */
  #skipLineEnds(): number {
    let at = 0;
    for (;;) {
      if (this.#held[at] === 13 && this.#held[at + 1] === 10) {
        at += 2;
        this.#lineEndBytes += 2;
      } else if (this.#held[at] === 10) {
        // LF alone is also a line end, for senders that write no other.
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
    // A message follows, unless the remaining byte is the first half of another line end.
    if (this.#held.length > 1 || (this.#held.length === 1 && this.#held[0] !== 13)) this.#lineEndBytes = 0;
    return pings;
  }
}

/** The lengths in a header; undefined stands for a value that is not a number. */
function contentLengths(head: string): Set<number | undefined> {
  return new Set(
    Array.from(head.matchAll(CONTENT_LENGTH), ([, value = '']) => {
      const digits = value.trim();
      return LENGTH.test(digits) ? Number(digits) : undefined;
    }),
  );
}
