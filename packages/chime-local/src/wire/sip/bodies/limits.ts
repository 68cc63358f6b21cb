/**
 * Limits for a multipart body (RFC 5621 sets none). SIP-T and presence use two or three parts, not nested.
 */
export const BODY_LIMITS = {
  /** Number of parts, including those of nested bodies. */
  parts: 32,
  /** Nesting depth of multipart bodies. */
  depth: 4,
  /** Length of a part's header, in characters. */
  headLength: 4_096,
} as const;
