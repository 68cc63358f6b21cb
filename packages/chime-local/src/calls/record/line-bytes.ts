/** Bytes of the first buffer: the lines of a call's beginning. It doubles. */
const FIRST_BYTES = 16_384;
/** Most bytes of one character (RFC 3629: three of each UTF-16 unit). */
const BYTES_OF_CHARACTER = 3;

/**
 * Lines as the bytes that are written: outside of V8's heap, where strings that wait for seconds would be copied by each collection of
 * young objects.
 */
export class LineBytes {
  #bytes: Buffer | undefined;
  #used = 0;

  add(line: string): void {
    const most = this.#used + BYTES_OF_CHARACTER * line.length;
    let bytes = this.#bytes;
    if (!bytes || bytes.length < most) {
      const larger = Buffer.allocUnsafeSlow(Math.max(most, 2 * (bytes?.length ?? FIRST_BYTES / 2)));
      bytes?.copy(larger, 0, 0, this.#used);
      bytes = larger;
      this.#bytes = bytes;
    }
    this.#used += bytes.write(line, this.#used);
  }

  /** All of them since the last time; undefined when there are none. */
  take(): Buffer | undefined {
    const taken = this.#bytes?.subarray(0, this.#used);
    this.#bytes = undefined;
    this.#used = 0;
    return taken;
  }
}
