/**
 * Size of the header: type, length, message number, fragment offset, fragment length (RFC 6347 section
 * 4.2.2).
 */
export const HANDSHAKE_HEADER_BYTES = 12;
/** Largest message that is reassembled, bytes: a client's certificate has about 300 to 1500. */
export const MAX_HANDSHAKE_BYTES = 8_192;
/** How many messages beyond the missing one are kept. A flight has five. */
const MAX_AHEAD = 8;

/** A whole handshake message. */
export interface HandshakeMessage {
  type: number;
  body: Buffer;
  /** The message with its header as the transcript requires it: as if it had come unfragmented. */
  bytes: Buffer;
}

interface Unfinished {
  type: number;
  bytes: Buffer;
  present: Uint8Array;
  missing: number;
}

/** The header of a whole message. */
function headerOf(type: number, length: number, messageNumber: number): Buffer {
  const header = Buffer.alloc(HANDSHAKE_HEADER_BYTES);
  header[0] = type;
  header.writeUIntBE(length, 1, 3);
  header.writeUInt16BE(messageNumber, 4);
  header.writeUIntBE(length, 9, 3);
  return header;
}

/** Creates one of our handshake messages. */
export function handshakeMessage(type: number, messageNumber: number, body: Buffer): Buffer {
  return Buffer.concat([headerOf(type, body.length, messageNumber), body]);
}

/** Reassembles handshake messages, in order, from fragments that may be reordered, repeated or lost. */
export class Reassembly {
  readonly #unfinished = new Map<number, Unfinished>();
  #next = 0;

  /**
   * Takes the handshake content of a record.
   * @param accepts whether a message of that type is allowed here; fragments of other types are dropped.
   * @returns `repeated`: whether it contained something that had been processed before.
   */
  take(content: Buffer, accepts: (type: number) => boolean): { repeated: boolean } {
    let repeated = false;
    let at = 0;
    while (at + HANDSHAKE_HEADER_BYTES <= content.length) {
      const type = content[at] as number;
      const length = content.readUIntBE(at + 1, 3);
      const number = content.readUInt16BE(at + 4);
      const offset = content.readUIntBE(at + 6, 3);
      const count = content.readUIntBE(at + 9, 3);
      const from = at + HANDSHAKE_HEADER_BYTES;
      at = from + count;
      if (at > content.length || offset + count > length || length > MAX_HANDSHAKE_BYTES) break;
      if (!accepts(type)) continue;
      if (number < this.#next) repeated = true;
      else if (number < this.#next + MAX_AHEAD)
        this.#put(type, number, length, offset, content.subarray(from, at));
    }
    return { repeated };
  }

  /** The next message, if it is complete. */
  next(): HandshakeMessage | undefined {
    const found = this.#unfinished.get(this.#next);
    if (!found || found.missing > 0) return undefined;
    this.#unfinished.delete(this.#next++);
    return { type: found.type, bytes: found.bytes, body: found.bytes.subarray(HANDSHAKE_HEADER_BYTES) };
  }

  #put(type: number, number: number, length: number, offset: number, fragment: Buffer): void {
    let message = this.#unfinished.get(number);
    if (!message) {
      const bytes = Buffer.concat([headerOf(type, length, number), Buffer.alloc(length)]);
      message = { type, bytes, present: new Uint8Array(length), missing: length };
      this.#unfinished.set(number, message);
    }
    if (message.type !== type || message.present.length !== length) return;
    for (let n = 0; n < fragment.length; n++) {
      // The first copy counts: nothing sent afterwards can replace it.
      if (message.present[offset + n]) continue;
      message.present[offset + n] = 1;
      message.missing--;
      message.bytes[HANDSHAKE_HEADER_BYTES + offset + n] = fragment[n] as number;
    }
  }
}
