/** Where a message's header ends and its body begins. */
export interface EndOfHead {
  readonly end: number;
  readonly bodyStart: number;
}

const CR = 13;
const LF = 10;
const LF_CRLF = Buffer.from('\n\r\n');
const LF_LF = Buffer.from('\n\n');

/**
 * Finds the first empty line (RFC 3261 section 7). Lines end with CRLF, but some senders write LF alone or
 * omit the CR of one line, and an LF has no other meaning in a header.
 */
export function findEndOfHead(bytes: Buffer, from = 0): EndOfHead | undefined {
  const usual = bytes.indexOf(LF_CRLF, from);
  const before = usual < 0 ? bytes : bytes.subarray(0, usual + 1);
  const bare = before.indexOf(LF_LF, from);
  const at = bare < 0 ? usual : bare;
  if (at < 0) return undefined;
  const end = at > from && bytes[at - 1] === CR ? at - 1 : at;
  return { end, bodyStart: at + (bytes[at + 1] === LF ? LF_LF.length : LF_CRLF.length) };
}
