/** What a stranger's session description may hold. A phone's offer has about 20 lines in 1 kB. */
export const SDP_LIMITS = {
  /** Bytes of the whole description. */
  bytes: 16_384,
  /** Lines. */
  lines: 512,
  /** Media sections. */
  media: 16,
  /** Formats (payload types) of a media section. */
  formats: 64,
} as const;
