import { type Source, sourceKey } from '#sip';

/**
 * How long datagrams are handled in a turn of the event loop, ms. Node.js reads 32 in a turn, and to handle one takes a tenth of
 * a millisecond: so a usual burst is handled as it is read.
 */
const SLICE_MS = 3;
/**
 * The same in a flood: then reading comes first, which costs a fraction of handling. What waits, waits here, where it is known
 * whose it is, and not in the socket, whose room a flood fills for everybody.
 */
const FLOODED_SLICE_MS = 0.3;
/** What waits at once, of all, bytes: 8,000 usual INVITEs. One source alone may have half of it. Ours. */
export const MOST_WAITING_BYTES = 8_388_608;
/** So much of it waits in a flood: 2,000 messages, which no burst of calls leaves waiting. */
const FLOODED_SHARE = 0.25;
/** What a datagram takes beside its own bytes, about. */
const OVERHEAD_BYTES = 256;

interface Datagram {
  readonly bytes: Buffer;
  readonly source: Source;
}

/** What waits of one source. */
interface Line {
  readonly datagrams: Datagram[];
  bytes: number;
}

export interface DatagramTurnsParts {
  handle(bytes: Buffer, source: Source): void;
  /** A datagram was left unread, because its source has too many that wait. */
  onUnread(source: string): void;
  /** A steady clock, ms. */
  nowMs(): number;
  /** Does that in the next turn of the event loop, after sockets were read. */
  soon(run: () => void): void;
}

/**
 * Datagrams, handled in the order in which they came while that is possible, and else in turns of their sources: one that sends
 * more than can be handled waits for itself, and loses what is too much; the others lose nothing. A source may have as many
 * waiting as there is room left (dynamic thresholds), so that several floods leave room, too.
 */
export class DatagramTurns {
  readonly #parts: DatagramTurnsParts;
  /** By source, in the order of their turns; none is empty. */
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
