import type { Duplex } from 'node:stream';
import { MAX_RESPONSE_BYTES } from './limits.ts';
import type { RuntimeEvent, RuntimeSession } from './runtime-api.ts';

/** The file descriptor of the bootstrap's end of the channel. */
export const CHANNEL_DESCRIPTOR = 3;

/** Maximum bytes of a line: a verb, a GUID and a number take 60. Longer lines come from the function's own code. */
const MAX_LINE_BYTES = 256;
const LINE_FEED = 0x0a;

/** A message whose body has not been completely received. */
interface Incoming {
  verb: string;
  requestId: string;
  length: number;
}

/**
 * The protocol that our own bootstraps for Node.js and Python use instead of the Lambda Runtime API. It runs
 * over a pair of sockets that the process inherits; handlers see no difference, and an invocation needs two
 * HTTP exchanges fewer. The runner writes
 *
 *     LENGTH DEADLINE REQUEST-ID TRACE-ID FUNCTION-ARN⏎EVENT
 *
 * and the process writes `next - 0⏎`, `taken REQUEST-ID 0⏎`, `response REQUEST-ID LENGTH⏎BODY`,
 * `error REQUEST-ID LENGTH⏎BODY` and `init-error - LENGTH⏎BODY`. Lengths are in bytes, the deadline in
 * milliseconds since the epoch.
 */
export class FunctionChannel {
  readonly #stream: Duplex;
  readonly #session: RuntimeSession;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Undefined while a line is awaited. */
  #incoming: Incoming | undefined;
  /** Number of bytes of an oversized body that are still to be dropped. */
  #excess = 0;

  constructor(stream: Duplex, session: RuntimeSession) {
    this.#stream = stream;
    this.#session = session;
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    // The process has ended, which is reported elsewhere.
    stream.on('error', () => {});
    stream.on('close', () => session.gone());
  }

  #take(chunk: Buffer): void {
    const dropped = Math.min(this.#excess, chunk.length);
    this.#excess -= dropped;
    if (dropped === chunk.length) return;
    this.#chunks.push(dropped > 0 ? chunk.subarray(dropped) : chunk);
    this.#bytes += chunk.length - dropped;
    while (this.#incoming ? this.#takeBody(this.#incoming) : this.#takeLine());
  }

  /** Returns false if the line is not complete yet. */
  #takeLine(): boolean {
    if (this.#bytes === 0) return false;
    const bytes = this.#whole();
    const end = bytes.indexOf(LINE_FEED);
    const [verb = '', requestId = '', length = ''] = bytes.toString('latin1', 0, Math.max(0, end)).split(' ');
    const isLine = end >= 0 && end <= MAX_LINE_BYTES && /^\d{1,15}$/.test(length);
    if (!isLine) {
      // Something else writes to this socket, so nothing that follows can be understood.
      if (end >= 0 || bytes.length > MAX_LINE_BYTES) this.#stream.destroy();
      return false;
    }
    this.#keep(bytes.subarray(end + 1));
    this.#incoming = { verb, requestId, length: Number(length) };
    return true;
  }

  #takeBody({ verb, requestId, length }: Incoming): boolean {
    if (length > MAX_RESPONSE_BYTES) {
      this.#excess = length - Math.min(length, this.#bytes);
      this.#keep(this.#whole().subarray(length));
      this.#session.tooLarge(requestId);
    } else {
      if (this.#bytes < length) return false;
      const bytes = this.#whole();
      this.#keep(bytes.subarray(length));
      this.#do(verb, requestId, bytes.toString('utf8', 0, length));
    }
    this.#incoming = undefined;
    return this.#bytes > 0;
  }

  #do(verb: string, requestId: string, body: string): void {
    if (verb === 'next') this.#session.next((event) => this.#give(event));
    else if (verb === 'taken') this.#session.taken(requestId);
    else if (verb === 'response') this.#session.response(requestId, body);
    else if (verb === 'error') this.#session.error(requestId, body);
    else if (verb === 'init-error') this.#session.initError(body);
  }

  #give({ requestId, functionArn, deadlineMs, traceId, payload }: RuntimeEvent): void {
    const length = Buffer.byteLength(payload);
    this.#stream.write(`${length} ${deadlineMs} ${requestId} ${traceId} ${functionArn}\n${payload}`);
  }

  /** All bytes that have come and not been consumed, in one buffer. */
  #whole(): Buffer {
    const [first] = this.#chunks;
    if (first && this.#chunks.length === 1) return first;
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }

  #keep(rest: Buffer): void {
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
  }
}
