/** What a multipart body may hold (RFC 5621 sets no limits). SIP-T and presence use two or three parts, unnested. */
export const BODY_LIMITS = {
  /** Parts, those of nested bodies included. */
  parts: 32,
  /** Multipart bodies inside each other. */
  depth: 4,
  /** Characters of a part's header. */
  headLength: 4_096,
} as const;
