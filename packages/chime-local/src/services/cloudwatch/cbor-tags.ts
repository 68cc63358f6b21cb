/**
 * Finds the tags in CBOR (RFC 8949) without decoding it: a decoder needs time proportional to the square of a
 * big number's length.
 */

const TEXT_OR_BYTES = new Set([2, 3]);
const TAG = 6;
/** The argument follows the head in 1, 2, 4 or 8 bytes if the additional information is in this range. */
const FIRST_LONG = 24;
const LAST_LONG = 27;
/** Tag of seconds since 1970 (RFC 8949 section 3.4.2), the only tag in the CloudWatch model. */
const TIME = 1;

/**
 * Returns the first tag that is not a time, or undefined if there is none. It stops at invalid CBOR, which
 * the decoder then reports.
 */
export function strangeTag(bytes: Uint8Array): number | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Heads follow one another at any nesting depth; only the content of strings is skipped.
  for (let at = 0; at < view.length; ) {
    const head = view[at++]!;
    const [kind, info] = [head >> 5, head & 0x1f];
    let argument = info;
    if (info >= FIRST_LONG && info <= LAST_LONG) {
      const size = 1 << (info - FIRST_LONG);
      if (at + size > view.length) return undefined;
      argument = size === 8 ? Number(view.readBigUInt64BE(at)) : view.readUIntBE(at, size);
      at += size;
    } else if (info > LAST_LONG) argument = 0;
    if (kind === TAG && argument !== TIME) return argument;
    if (TEXT_OR_BYTES.has(kind)) at += argument;
  }
  return undefined;
}
