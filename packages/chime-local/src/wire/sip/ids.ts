/** Where this stack takes its random identifiers from; `Ids` of the platform fits. */
export interface SipIds {
  /** `bytes` random bytes in hexadecimal. */
  hex(bytes: number): string;
  /** A random integer, 0 <= n < `below`. */
  integer(below: number): number;
}

/** RFC 3261 section 19.3 asks for 32 random bits in a tag at least. */
const TAG_BYTES = 8;
const BRANCH_BYTES = 10;

export function createTag(ids: SipIds): string {
  return ids.hex(TAG_BYTES);
}

/** Section 8.1.1.7: with the magic cookie. */
export function createBranch(ids: SipIds): string {
  return `z9hG4bK${ids.hex(BRANCH_BYTES)}`;
}
