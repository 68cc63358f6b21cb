/** What strangers and clients may cost us. All are defaults of `SignallingLimits`; tests pass smaller ones. */
export interface SignallingLimits {
  /** Clients at once that may join; one more is told that the meeting is full (409). */
  clients: number;
  /** Sockets at once that belong to nobody (yet). One more takes the place of the oldest. */
  strangers: number;
  /** JOIN must come so soon, ms. */
  joinMs: number;
  /** From JOIN to sound, ms: the client itself gives up after 15 s. */
  arriveMs: number;
  /** Nothing came from a client for so long: it is asked for a sign of life, and later given up, ms. It pings every 10 s. */
  quietMs: number;
  silenceMs: number;
  /** Sound that ended is followed by the socket's end, or the client is told to connect again, ms. */
  soundLostMs: number;
  /** How long one that was sent away may take to close its socket, ms. */
  goodbyeMs: number;
  /** Bytes of a frame. The largest is SUBSCRIBE with its offer (`SDP_LIMITS.bytes`). */
  frameBytes: number;
  /** Pieces that a WebSocket message may come in. */
  frameFragments: number;
  /** Frames a second in the long run and at once; a client sends about two a second, besides data messages. */
  framesPerSecond: number;
  frameBurst: number;
  /** Bytes a second in the long run and at once. */
  bytesPerSecond: number;
  byteBurst: number;
  /**
   * Bytes that wait to be sent to a client; beyond that it does not read, and is dropped. All data messages that a
   * meeting keeps (2.3 MB) come to a newcomer at once.
   */
  unsentBytes: number;
  /** Characters of a join token. */
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

/** Data messages: the documented ones of `realtimeSendDataMessage`, and what we keep for those who come later. */
export const DATA_MESSAGE_LIMITS = {
  /** Characters of a topic. */
  topicLength: 36,
  /** Bytes. */
  dataBytes: 2048,
  /** A message is kept for newcomers at most so long, ms. */
  lifetimeMs: 300_000,
  /** Messages that a meeting keeps; the oldest goes first. */
  kept: 1024,
  /** Messages in one frame; clients send one. */
  perFrame: 16,
  /** Messages of one client a second in the long run, and at once; further ones come back as throttled. */
  perSecond: 100,
  burst: 200,
} as const;

/** Video. One stream a sender; what a meeting of some dozen people can show and one machine can forward. */
export const VIDEO_STREAM_LIMITS = {
  /** What a camera's sender is told to keep to, kbit/s: 540p and more, as the client itself sets for some cameras. */
  cameraKbps: 600,
  /** The same for shared content: text needs to be sharp. */
  contentKbps: 1_200,
  /** Videos that a client may receive at once; a session description has 16 sections (`SDP_LIMITS.media`). */
  received: 12,
  /** Streams that one connection is ever given: each costs a few bytes for as long as it lasts. */
  everReceived: 2_000,
} as const;
