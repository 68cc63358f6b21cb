import { type Source, sourceKey } from '#sip';

/**
 * Time for handling datagrams in one turn of the event loop, ms. Node.js reads 32 in a turn and handling one
 * takes a tenth of a millisecond, so a usual burst is handled as it is read.
 */
const SLICE_MS = 3;
/**
 * The same in a flood. Reading, which costs a fraction of handling, then takes precedence: datagrams wait
 * here, where their source is known, rather than in the socket, whose buffer a flood fills for everybody.
 */
const FLOODED_SLICE_MS = 0.3;
/** Maximum bytes of all waiting datagrams: 8,000 usual INVITEs. One source alone may have half of it. Ours. */
export const MOST_WAITING_BYTES = 8_388_608;
/** Share of it above which the edge is flooded: 2,000 messages, more than a burst of calls leaves waiting. */
const FLOODED_SHARE = 0.25;
/** Approximate memory that a datagram takes in addition to its own bytes. */
const OVERHEAD_BYTES = 256;

interface Datagram {
  readonly bytes: Buffer;
  readonly source: Source;
}

/** The waiting datagrams of one source. */
interface Line {
  readonly datagrams: Datagram[];
  bytes: number;
}

export interface DatagramTurnsParts {
  handle(bytes: Buffer, source: Source): void;
  /** A datagram was dropped because its source has too many waiting. */
  onUnread(source: string): void;
  /** A monotonic clock, ms. */
  nowMs(): number;
  /** Runs the function in the next turn of the event loop, after sockets have been read. */
  soon(run: () => void): void;
}

/**
 * Handles datagrams in the order of their arrival while it can keep up; otherwise their sources take turns. A
 * source that sends more than can be handled delays only itself and loses the excess; the others lose
 * nothing. A source may have as many bytes waiting as there is room left (dynamic thresholds), so that even
 * several floods leave room.
 */
export class DatagramTurns {
  readonly #parts: DatagramTurnsParts;
  /** Waiting datagrams by source, in the order of the sources' turns; no entry is empty. */
  readonly #lines = new Map<string, Line>();
  #waitingBytes = 0;
  #armed = false;
  #beganMs = 0;

  constructor(parts: DatagramTurnsParts) {
    this.#parts = parts;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  take(bytes: Buffer, source: Source): void {
    const { nowMs, handle } = this.#parts;
    const now = nowMs();
    if (!this.#armed) {
      this.#arm();
      this.#beganMs = now;
    }
    if (this.#lines.size === 0 && now - this.#beganMs < SLICE_MS) handle(bytes, source);
    else this.#add({ bytes, source });
  }

  #arm(): void {
    this.#armed = true;
    this.#parts.soon(() => this.#run());
  }

  #add(datagram: Datagram): void {
    const key = sourceKey(datagram.source.address);
    const line = this.#lines.get(key);
    const bytes = sizeOf(datagram);
    if ((line?.bytes ?? 0) + bytes > MOST_WAITING_BYTES - this.#waitingBytes) {
      this.#parts.onUnread(key);
      return;
    }
    this.#waitingBytes += bytes;
    if (line) {
      line.datagrams.push(datagram);
      line.bytes += bytes;
    } else this.#lines.set(key, { datagrams: [datagram], bytes });
  }

  #run(): void {
    const { nowMs, handle } = this.#parts;
    this.#armed = false;
    const flooded = this.#waitingBytes > MOST_WAITING_BYTES * FLOODED_SHARE;
    const endMs = nowMs() + (flooded ? FLOODED_SLICE_MS : SLICE_MS);
    while (this.#lines.size > 0 && nowMs() < endMs) {
      const { bytes, source } = this.#next();
      handle(bytes, source);
    }
    if (this.#lines.size > 0) this.#arm();
  }

  #next(): Datagram {
    const [first] = this.#lines;
    const [key, line] = first!;
    const datagram = line.datagrams.shift()!;
    const bytes = sizeOf(datagram);
    line.bytes -= bytes;
    this.#waitingBytes -= bytes;
    this.#lines.delete(key);
    if (line.datagrams.length > 0) this.#lines.set(key, line);
    return datagram;
  }
}

function sizeOf({ bytes }: Datagram): number {
  return bytes.length + OVERHEAD_BYTES;
}
