import { ALERT } from './constants.ts';
import { DtlsFailure } from './dtls-failure.ts';

/** Reads a message from front to end. Reading beyond the end throws a `DtlsFailure`. */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #what: string;
  #at = 0;

  /** @param what the message's name in the failure. */
  constructor(bytes: Buffer, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A number of one, two or three bytes. */
  number(size: 1 | 2 | 3): number {
    const at = this.#at;
    this.take(size);
    return this.#bytes.readUIntBE(at, size);
  }

  take(count: number): Buffer {
    if (count > this.left) {
      throw new DtlsFailure(ALERT.DECODE_ERROR, `its ${this.#what} is cut off or malformed`);
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** The bytes that follow a length field of this size. */
  vector(lengthSize: 1 | 2 | 3): Buffer {
    return this.take(this.number(lengthSize));
  }
}

/** `bytes` as a list of two-byte numbers. */
export function numbersOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length >> 1 }, (_, n) => bytes.readUInt16BE(2 * n));
}

/** `contents` with their total length before them, in a field of this size. */
export function vector(lengthSize: 1 | 2 | 3, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const length = Buffer.alloc(lengthSize);
  length.writeUIntBE(content.length, 0, lengthSize);
  return Buffer.concat([length, content]);
}

/** The bytes of numbers that take two bytes each. */
export function numbers(...values: number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));
}
