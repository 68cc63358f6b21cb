/** The source of this stack's random identifiers; `Ids` of the platform implements it. */
export interface SipIds {
  /** Returns `bytes` random bytes in hexadecimal. */
  hex(bytes: number): string;
  /** Returns a random integer, 0 <= n < `below`. */
  integer(below: number): number;
}

/** RFC 3261 section 19.3 requires at least 32 random bits in a tag. */
const TAG_BYTES = 8;
const BRANCH_BYTES = 10;

export function createTag(ids: SipIds): string {
  return ids.hex(TAG_BYTES);
}

/** Creates a branch with the magic cookie (section 8.1.1.7). */
export function createBranch(ids: SipIds): string {
  return `z9hG4bK${ids.hex(BRANCH_BYTES)}`;
}
