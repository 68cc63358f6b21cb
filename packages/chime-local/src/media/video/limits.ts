/** What video may cost the media thread. Sound comes first: beyond these bounds video packets are dropped. */
export const VIDEO_LIMITS = {
  /**
   * Packets that may be sent to receivers in a second, over all meetings: about 120 streams of 600 kbit/s. At 15 to 20 us
   * each (copy, SRTP, system call) that is a sixth of a core.
   */
  forwardedPerSecond: 8_000,
  /** So many of them at once: several key frames to several receivers. */
  forwardedBurst: 1_600,
  /** Packets that wait for the next pause of the frame clock; the newest are dropped beyond. */
  waiting: 1_024,
  /** So much of a pause is spent, ms; the last packet may take it further. A slot of the frame clock has 5 ms. */
  spentMs: 1.5,
  /** A sender may exceed the bit rate that it was told by this factor in the long run; key frames do for a moment. */
  excess: 2,
  /** Bytes of a packet with its header that are forwarded (RFC 894: one Ethernet frame). */
  packetBytes: 1_500,
  /** A sender is asked for a key frame at most once in so long, ms: one costs as much as a second of video. */
  keyFrameEveryMs: 500,
  /** A sender is told what was received, and how much it may send, so often, ms. */
  reportEveryMs: 1_000,
} as const;
