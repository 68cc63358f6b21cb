/** What strangers may cost us. All are defaults of `SipEdgeLimits`; tests pass smaller ones. */
export interface SipEdgeLimits {
  /** Legs at once, unanswered ones included. */
  maxLegs: number;
  /** Calls at once that browsers may make. Each may want Opus, which costs the media thread 0.1 to 0.25 ms every 20 ms. */
  webRtcLegs: number;
  /**
   * Part of the legs, connections and WebSockets that one source (an IPv4 address, an IPv6 network of 64 bits) may have
   * at once, and of the INVITEs a second; of legs those count that were answered and that it has not acknowledged. What is
   * left is for all the others.
   */
  sourceShare: number;
  /** The same of legs that count whether it has acknowledged them or not: more, because a gateway is one source. */
  sourceLegShare: number;
  /** New INVITEs a second in the long run, and how many may come at once before that counts. */
  invitesPerSecond: number;
  inviteBurst: number;
  /**
   * New INVITEs a minute in the long run, and at once, of an address of another machine that has not registered and is no
   * trunk: as many as a person dials. An application's own defences, against the guessing of PINs say, see numbers only,
   * of which a caller shows what he likes; his addresses are few.
   */
  strangerCallsPerMinute: number;
  strangerCallBurst: number;
  /** TCP connections at once. */
  connections: number;
  /** WebSockets at once. */
  webSockets: number;
  /** A connection that belongs to no leg and no registration and was silent so long is closed, ms. */
  idleConnectionMs: number;
  /** A connection must complete its first message within this time, ms. */
  firstMessageMs: number;
  /** Bytes that wait to be sent on a connection; beyond that the far end does not read, and it is closed. */
  unsentBytes: number;
  /** How long an outgoing connection may take, ms: a little less than half of 64*T1 (32 s). */
  connectMs: number;
  /** Every WebSocket is pinged so often (RFC 6455 section 5.5.2), ms. */
  webSocketPingMs: number;
  /**
   * A WebSocket on which nothing was heard for so long is given up, ms. A lost network therefore ends its calls after
   * this time and at most one ping interval more.
   */
  webSocketDeadMs: number;
  /** Messages and pings a second on one WebSocket in the long run, and how many may come at once before that counts. */
  webSocketMessagesPerSecond: number;
  webSocketMessageBurst: number;
  /** How long the far end of a WebSocket that we close may take to say so, too, ms. */
  webSocketCloseMs: number;
}

/**
 * Sized for some hundred callers on two cores: a call costs well under 1 ms, so a burst of 2000 INVITEs is
 * served within a second or two, and a flood beyond it is answered with 503 without keeping anything. All of that burst
 * may wait at once for an application that starts cold (34 KB each), also when it comes from one load generator or one
 * gateway. A page needs some ten messages to register, call and hang up.
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

/** RFC 3261 section 20.33: when to try again after a 503, s. */
export const RETRY_AFTER_S = 5;

/** Longest value of a header handed to the application, characters; and how many headers. */
export const SIP_HEADER_LENGTH = 2048;
export const SIP_HEADER_COUNT = 20;
