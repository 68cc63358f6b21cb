/** Tags in CBOR (RFC 8949), found without decoding: a decoder's time for a large number grows with the square of its bytes. */

const TEXT_OR_BYTES = new Set([2, 3]);
const TAG = 6;
/** Additional information of a head whose argument follows in 1, 2, 4 or 8 bytes. */
const FIRST_LONG = 24;
const LAST_LONG = 27;
/** Seconds since 1970 (RFC 8949 section 3.4.2): the only one in the model of CloudWatch. */
const TIME = 1;

/** The first tag that is no time; undefined: there is none. Where the bytes are no CBOR it stops, for the decoder to say so. */
export function strangeTag(bytes: Uint8Array): number | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Heads follow each other whatever they are nested in; only texts and bytes are passed over.
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
