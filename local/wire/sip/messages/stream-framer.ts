import { MESSAGE_LIMITS, type MessageLimits } from './limits.ts';

/** What a chunk of a stream completed. */
export interface Framed {
  /** Whole messages, each with its body. */
  messages: Buffer[];
  /** Keep-alives (a double CRLF between messages); each wants a CRLF back (RFC 5626 section 4.4.1). */
  pings: number;
  /** The stream cannot be read further. The last of `messages` may be a header whose 400 explains it. */
  error?: string;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = /\r\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})[ \t]*\r\n/i;

/** Cuts messages out of a stream by Content-Length (RFC 3261 section 18.3). Holds at most one message. */
export class StreamFramer {
  readonly #limits: MessageLimits;
  #held: Buffer = Buffer.alloc(0);
  /** Where the search for the end of the header goes on. */
  #searched = 0;
  /** Length of the message whose header is complete. */
  #wanted: number | undefined;
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
    const end = this.#held.indexOf(END_OF_HEAD, this.#searched);
    if (end < 0) {
      this.#searched = Math.max(0, this.#held.length - END_OF_HEAD.length + 1);
      if (this.#held.length > this.#limits.headBytes) {
        framed.error = `no end of header within ${this.#limits.headBytes} bytes`;
      }
      return false;
    }
    const headLength = end + END_OF_HEAD.length;
    const value = CONTENT_LENGTH.exec(this.#held.toString('latin1', 0, end + 2))?.[1];
    if (value === undefined) {
      framed.messages.push(this.#held.subarray(0, headLength));
      framed.error = 'missing or malformed Content-Length';
      return false;
    }
    if (headLength + Number(value) > this.#limits.messageBytes) {
      framed.error = `message of ${headLength + Number(value)} bytes; at most ${this.#limits.messageBytes}`;
      return false;
    }
    this.#wanted = headLength + Number(value);
    return true;
  }

  /** Drops line ends before a message; returns how many double ones there were. */
  #skipLineEnds(): number {
    let at = 0;
    while (this.#held[at] === 13 && this.#held[at + 1] === 10) at += 2;
    const pings = Math.trunc(at / 4);
    if (at > 0) {
      this.#held = this.#held.subarray(at);
      this.#searched = 0;
    }
    return pings;
  }
}
