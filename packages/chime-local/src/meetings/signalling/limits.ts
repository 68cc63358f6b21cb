/**
 * What strangers and clients may cost us. The defaults are `SIGNALLING_LIMITS`; tests pass smaller values.
 */
export interface SignallingLimits {
  /** Clients that may be joined at once; one more is told that the meeting is full (409). */
  clients: number;
  /** Sockets that may be open at once without having joined (yet). One more replaces the oldest. */
  strangers: number;
  /** Time within which JOIN must come, ms. */
  joinMs: number;
  /** Time from JOIN to sound, ms: the client itself gives up after 15 s. */
  arriveMs: number;
  /**
   * Time without anything from a client after which it is pinged, and later dropped, ms. It sends a ping
   * every 10 s.
   */
  quietMs: number;
  silenceMs: number;
  /**
   * Time for the socket to end after the sound has ended, ms; otherwise the client is told to connect again.
   */
  soundLostMs: number;
  /** How long a client that was sent away may take to close its socket, ms. */
  goodbyeMs: number;
  /**
   * The largest frame, bytes. The largest one that clients send is SUBSCRIBE with its offer
   * (`SDP_LIMITS.bytes`).
   */
  frameBytes: number;
  /** The most fragments of a WebSocket message. */
  frameFragments: number;
  /**
   * Frames per second in the long run and at once; a client sends about two a second, besides data messages.
   */
  framesPerSecond: number;
  frameBurst: number;
  /** Bytes per second in the long run and at once. */
  bytesPerSecond: number;
  byteBurst: number;
  /**
   * The most bytes that wait to be sent to a client; with more it does not read, and is dropped. All data
   * messages that a meeting keeps (2.3 MB) are sent to a newcomer at once.
   */
  unsentBytes: number;
  /** The most characters of a join token. */
  tokenLength: number;
}

/** Sized for meetings of some dozen people on one machine, with room for every one of them to reconnect at once. */
export const SIGNALLING_LIMITS: SignallingLimits = {
  clients: 250,
  strangers: 250,
  joinMs: 10_000,
  arriveMs: 40_000,
  quietMs: 25_000,
  silenceMs: 60_000,
  soundLostMs: 5_000,
  goodbyeMs: 3_000,
  frameBytes: 65_536,
  frameFragments: 64,
  framesPerSecond: 150,
  frameBurst: 400,
  bytesPerSecond: 400_000,
  byteBurst: 2_000_000,
  unsentBytes: 4_194_304,
  tokenLength: 512,
};

/**
 * Limits of data messages: the documented ones of `realtimeSendDataMessage`, and what we keep for later
 * newcomers.
 */
export const DATA_MESSAGE_LIMITS = {
  /** The most characters of a topic. */
  topicLength: 36,
  /** The most bytes of data. */
  dataBytes: 2048,
  /** How long a message is kept for newcomers at most, ms. */
  lifetimeMs: 300_000,
  /** The most messages that a meeting keeps; the oldest is dropped first. */
  kept: 1024,
  /** The most messages in one frame; clients send one. */
  perFrame: 16,
  /**
   * Messages per second from one client in the long run, and at once; further ones come back as throttled.
   */
  perSecond: 100,
  burst: 200,
} as const;

/**
 * Limits of video, with one stream per sender: what a meeting of some dozen people can show and one machine
 * can forward.
 */
export const VIDEO_STREAM_LIMITS = {
  /**
   * The bit rate that a camera's sender is told to keep to, kbit/s: 540p and more, as the client itself sets
   * for some cameras.
   */
  cameraKbps: 600,
  /** The same for shared content: text needs to be sharp. */
  contentKbps: 1_200,
  /** Videos that a client may receive at once; a session description has 16 sections (`SDP_LIMITS.media`). */
  received: 12,
  /**
   * The most streams that one connection is ever given: each costs a few bytes for as long as the connection
   * lasts.
   */
  everReceived: 2_000,
} as const;
