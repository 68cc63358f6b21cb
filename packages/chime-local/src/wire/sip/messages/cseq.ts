/** CSeq, RFC 3261 section 20.16. */
export interface CSeq {
  number: number;
  method: string;
}

const CSEQ = /^(\d{1,30})\s+([A-Za-z0-9\-.!%*_+`'~]+)$/;
/** Section 8.1.1.5: the sequence number must be less than 2**31. */
const CSEQ_END = 2 ** 31;

/** Parses a CSeq value; undefined if it does not follow the grammar or if the number is too large. */
export function parseCSeq(text: string): CSeq | undefined {
  const match = CSEQ.exec(text);
  if (!match) return undefined;
  const number = Number(match[1]);
  return number < CSEQ_END ? { number, method: match[2]! } : undefined;
}
