/**
 * Limits on what video may cost the media thread. Sound comes first: beyond these limits video packets are
 * dropped.
 */
export const VIDEO_LIMITS = {
  /**
   * The most packets sent to receivers in a second, over all meetings: about 120 streams of 600 kbit/s. At 15
   * to 20 us each (copy, SRTP, system call) that is a sixth of a core.
   */
  forwardedPerSecond: 8_000,
  /** How many of them may be sent at once: several key frames to several receivers. */
  forwardedBurst: 1_600,
  /** The most packets that wait for the next pause of the frame clock; beyond that the newest are dropped. */
  waiting: 1_024,
  /** How much of a pause is used, ms; the last packet may exceed it. A slot of the frame clock has 5 ms. */
  spentMs: 1.5,
  /**
   * The factor by which a sender may exceed its given bit rate in the long run; key frames do for a moment.
   */
  excess: 2,
  /** The largest packet, with its header, that is forwarded, bytes (RFC 894: one Ethernet frame). */
  packetBytes: 1_500,
  /** How often a sender may be asked for a key frame, ms: one costs as much as a second of video. */
  keyFrameEveryMs: 500,
  /** How often a sender is told what was received and how much it may send, ms. */
  reportEveryMs: 1_000,
} as const;
