/**
 * Limits for a session description from an untrusted peer. A phone's offer has about 20 lines in 1 kB; a
 * browser's has about 100 lines in 3.5 kB for each video.
 */
export const SDP_LIMITS = {
  /** Size of the whole description, bytes. */
  bytes: 61_440,
  /** Number of lines. */
  lines: 2_048,
  /** Number of media sections. */
  media: 16,
  /** Number of formats (payload types) in a media section. */
  formats: 64,
} as const;

/** Additional limits for an untrusted peer's description of a WebRTC connection. */
export const WEB_RTC_LIMITS = {
  /** Length of `a=ice-ufrag` in characters (RFC 8839 section 5.4). */
  iceUfrag: { least: 4, most: 256 },
  /** Length of `a=ice-pwd` in characters (RFC 8839 section 5.4). */
  icePwd: { least: 22, most: 256 },
  /** Number of `a=fingerprint` lines in a section; RFC 8122 section 5 allows several, browsers write one. */
  fingerprints: 8,
  /**
   * Length of `a=mid`; browsers write one to three characters, JSEP advises at most three (RFC 8829 section
   * 5.2.1).
   */
  mid: 64,
} as const;
