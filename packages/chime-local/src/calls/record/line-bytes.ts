/** Initial size of the buffer in bytes, enough for the beginning of a call. It doubles as needed. */
const FIRST_BYTES = 16_384;
/** Maximum number of bytes of one character (RFC 3629: three for each UTF-16 unit). */
const BYTES_OF_CHARACTER = 3;

/**
 * Lines as bytes to be written. They lie outside V8's heap, where each collection of young objects would copy
 * strings that wait for seconds.
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

  /** Takes all bytes since the last call; undefined if there are none. */
  take(): Buffer | undefined {
    const taken = this.#bytes?.subarray(0, this.#used);
    this.#bytes = undefined;
    this.#used = 0;
    return taken;
  }
}
