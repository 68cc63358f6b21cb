/**
 * What a stranger's session description may hold. A phone's offer has about 20 lines in 1 kB; a browser's has about 100
 * lines in 3.5 kB for each video.
 */
export const SDP_LIMITS = {
  /** Bytes of the whole description. */
  bytes: 61_440,
  /** Lines. */
  lines: 2_048,
  /** Media sections. */
  media: 16,
  /** Formats (payload types) of a media section. */
  formats: 64,
} as const;

/** What a stranger's description of a WebRTC connection may hold beyond that. */
export const WEB_RTC_LIMITS = {
  /** Characters of `a=ice-ufrag` (RFC 8839 section 5.4). */
  iceUfrag: { least: 4, most: 256 },
  /** Characters of `a=ice-pwd` (RFC 8839 section 5.4). */
  icePwd: { least: 22, most: 256 },
  /** `a=fingerprint` lines of a section; RFC 8122 section 5 allows several, browsers write one. */
  fingerprints: 8,
  /** Characters of `a=mid`; browsers write one to three, JSEP advises at most three (RFC 8829 section 5.2.1). */
  mid: 64,
} as const;
