/** Limits on what strangers may cost us. `SIP_EDGE_LIMITS` holds the defaults; tests pass smaller ones. */
export interface SipEdgeLimits {
  /** Maximum number of concurrent legs, including unanswered ones. */
  maxLegs: number;
  /**
   * Maximum number of concurrent browser calls. Each may use Opus, which costs the media thread 0.1 to 0.25
   * ms every 20 ms.
   */
  webRtcLegs: number;
  /**
   * Share of the legs, connections and WebSockets that one source (an IPv4 address, or an IPv6 network of 64
   * bits) may have at once, and of the INVITEs a second. Of the legs, only those count that were answered and
   * that the source has not acknowledged. The rest is for all the others.
   */
  sourceShare: number;
  /** The same for legs whether acknowledged or not: a larger share, because a gateway is one source. */
  sourceLegShare: number;
  /** New INVITEs a second in the long run, and the burst allowed before that counts. */
  invitesPerSecond: number;
  inviteBurst: number;
  /**
   * New INVITEs a minute in the long run, and the burst allowed, for an address of another machine that has
   * not registered and is not a trunk: as many as a person dials. An application's own defences, such as
   * those against guessing PINs, see only numbers, and a caller can show any number; his addresses are few.
   */
  strangerCallsPerMinute: number;
  strangerCallBurst: number;
  /** Maximum number of concurrent TCP connections. */
  connections: number;
  /** Maximum number of concurrent WebSockets. */
  webSockets: number;
  /** A connection that belongs to no leg and no registration is closed after this much silence, ms. */
  idleConnectionMs: number;
  /** A connection must complete its first message within this time, ms. */
  firstMessageMs: number;
  /**
   * Maximum bytes waiting to be sent on a connection; beyond that the far end does not read, and the
   * connection is closed.
   */
  unsentBytes: number;
  /** Time limit for opening a connection, ms: a little less than half of 64*T1 (32 s). */
  connectMs: number;
  /** Interval at which every WebSocket is pinged (RFC 6455 section 5.5.2), ms. */
  webSocketPingMs: number;
  /**
   * A WebSocket is given up after this much silence, ms. A lost network therefore ends its calls after this
   * time plus at most one ping interval.
   */
  webSocketDeadMs: number;
  /** Messages and pings a second on one WebSocket in the long run, and the burst allowed before that counts. */
  webSocketMessagesPerSecond: number;
  webSocketMessageBurst: number;
  /** Time that the far end of a WebSocket has to confirm our close, ms. */
  webSocketCloseMs: number;
}

/**
 * Sized for some hundred callers on two cores. A call costs well under 1 ms, so a burst of 2000 INVITEs is
 * served within a second or two, and a flood beyond it is answered with 503 without keeping any state. The
 * whole burst may wait at once for an application that starts cold (34 KB each), even if it comes from one
 * load generator or one gateway. A page needs about ten messages to register, call and hang up.
 */
export const SIP_EDGE_LIMITS: SipEdgeLimits = {
  maxLegs: 2000,
  webRtcLegs: 100,
  sourceShare: 0.75,
  sourceLegShare: 0.9,
  invitesPerSecond: 1000,
  inviteBurst: 2000,
  strangerCallsPerMinute: 6,
  strangerCallBurst: 60,
  connections: 1100,
  webSockets: 1000,
  idleConnectionMs: 180_000,
  firstMessageMs: 32_000,
  unsentBytes: 1_048_576,
  connectMs: 10_000,
  webSocketPingMs: 5_000,
  webSocketDeadMs: 15_000,
  webSocketMessagesPerSecond: 50,
  webSocketMessageBurst: 200,
  webSocketCloseMs: 2_000,
};

/** RFC 3261 section 20.33: how soon to try again after a 503, s. */
export const RETRY_AFTER_S = 5;

/** Maximum length of a header value handed to the application, characters, and maximum number of headers. */
export const SIP_HEADER_LENGTH = 2048;
export const SIP_HEADER_COUNT = 20;
