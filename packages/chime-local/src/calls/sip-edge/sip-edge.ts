import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TimerBase } from '#sip';
import type { SipEdgeLimits } from './limits.ts';

/** The SIP edge as the runtime sees it: legs that arrive, are answered and end. It knows nothing of Chime. */

/** An INVITE whose offer we can serve (or that has none: late offer). */
export interface ArrivedLeg {
  /** A GUID that the edge generates for this leg. */
  legId: string;
  /** E.164 with `+` if the user part was a number; otherwise the user part as received; `anonymous` if withheld. */
  from: string;
  to: string;
  /** The called host, taken from the Request-URI. */
  host: string;
  /** Headers beginning with `x-` (any case), `User-to-User`, `Diversion`. Absent if there are none. */
  sipHeaders?: Record<string, string>;
  /** Set if the offer was one part of a multipart body (RFC 5621). */
  inMultipart?: true;
  /** The SIP Call-ID, for logs. */
  sipCallId: string;
  transport: 'udp' | 'tcp' | 'tls' | 'ws';
  source: { address: string; port: number };
}

/** A refused call of which the runtime was not told as a leg. */
export interface ToldRefusal {
  status: number;
  /** The caller as the phone wrote it. */
  from: string;
  to: string;
  source: { address: string; port: number; transport: string };
  /** What is wrong, if more than the status is known. */
  why?: string;
  /** What to do about it. */
  cure: string;
}

export interface SipEdgeEvents {
  /**
   * A leg has arrived. The runtime answers with `ring`, `answer` or `hangUp`, now or later; 100 is sent if
   * that takes long.
   */
  onLegArrived(leg: ArrivedLeg): void;
  /** The far end has received an outgoing call (100 Trying), and nothing more is known. */
  onLegTrying?(legId: string): void;
  /** An outgoing call rings: the first 180 or 183 has come. */
  onLegRinging(legId: string): void;
  /**
   * An outgoing call has early media: a provisional response said where. The media edge has been told about
   * the far end.
   */
  onLegEarlyMedia(legId: string): void;
  /**
   * A leg is answered. Inbound: our 200 was acknowledged (with WebRTC: was sent). Outgoing: the far end
   * answered and has our ACK. In both cases the media edge has been told about the far end. `telephoneEvent`
   * is set if its keys come as RTP events (RFC 4733).
   */
  onLegAnswered(legId: string, agreed?: { telephoneEvent: boolean }): void;
  /**
   * Called exactly once for every leg that arrived or was placed. Code 0: normal clearing; 487: the caller
   * cancelled before the answer.
   */
  onLegEnded(
    legId: string,
    end: { sipResponseCode: number; by: 'far' | 'us' | 'fault'; reason: string },
  ): void;
  /** A call was refused with 503 for the given reason; the runtime is not told of its leg. */
  onCallRefused?(why: string): void;
  /** A call was refused and the refusal was logged. Not called for refusals beyond the log's rate limit. */
  onRefusalTold?(refusal: ToldRefusal): void;
  /** A key came by SIP INFO (application/dtmf-relay, application/dtmf and others; see `info-digit.ts`). */
  onDigit(legId: string, digit: string): void;
}

export interface SipEdgeOptions {
  /** Address to bind. */
  address: string;
  /** Port to bind; 0 means any port that is free for both UDP and TCP. */
  port: number;
  /**
   * Further IP addresses of this machine, besides `address`, on which calls are taken at the same port. Those
   * that the machine lacks are skipped.
   */
  furtherAddresses?: readonly string[];
  /** If absent, TLS is off. */
  tls?: TlsOptions;
  /** Maximum number of concurrent calls; a further INVITE gets 503 with Retry-After. */
  maxLegs?: number;
  /** The address given to phones (Contact, Via). Required if `address` is a wildcard; default `address`. */
  advertisedAddress?: string;
  registrar?: RegistrarRules;
  /** IP addresses of trunks, which may call as often as this machine itself. */
  trunks?: readonly string[];
  /** Timers that differ from RFC 3261 table 4, for networks unlike the internet, as in tests. */
  timers?: TimerBase;
  /** Limits that differ from the defaults; see `limits.ts`. */
  limits?: Partial<SipEdgeLimits>;
}

/** SIP over TLS on a port of its own. */
export interface TlsOptions {
  /** Port to bind; 0 means any free port. */
  port: number;
  /** The private key in PEM form. */
  key: string;
  cert: string;
}

/** The rules of registration. */
export interface RegistrarRules {
  /** Whether a number belongs to the service itself, so that it can be called but not registered. */
  isReserved?: (number: string) => boolean;
  /**
   * The password for phones on other machines, whose user name is their number (RFC 7616, RFC 8760). If
   * absent, none is required.
   */
  password?: string;
}

/** The SIP address that an outgoing call goes to. */
export interface PlacedTarget {
  /** The Request-URI. */
  uri: string;
  /** The IP address or host name to which the INVITE is sent. */
  host: string;
  port: number;
  transport: 'udp' | 'tcp';
}

/** An outgoing call, to a registered telephone or to an address. */
export interface PlacedLeg {
  /** A GUID that the caller of `place` generates. */
  legId: string;
  /** The caller shown to the called person: E.164 or `anonymous`. */
  from: string;
  /** E.164. The telephone that has registered this number is called, unless there is a `target`. */
  to: string;
  target?: PlacedTarget;
  /** The application's headers, already checked. */
  sipHeaders?: Record<string, string>;
}

export interface SipEdge {
  readonly host: string;
  readonly port: number;
  /** The port for TLS; undefined if TLS is off. */
  readonly tlsPort: number | undefined;
  /**
   * Sets the observer, which is told everything from the beginning. @throws Error if there is an observer
   * already.
   */
  observe(events: SipEdgeEvents): void;
  /**
   * The numbers (user parts) that telephones have registered and that can be called now. The first telephone
   * to register a number keeps it until it unregisters or is gone.
   */
  registered(): string[];
  /**
   * Sends an INVITE to the registered telephone, or to the latest of several with the number. The result
   * comes by `onLegRinging`, `onLegAnswered` or `onLegEnded`: code 404 if nobody registered the number, 408
   * if there is no response or it rang for three minutes, 503 if it cannot be reached or there is no room,
   * 488 if its answer cannot be used, else the far end's refusal (including a redirection or a challenge).
   * `hangUp` before the answer sends CANCEL (then `onLegEnded` reports 487 at once).
   */
  place(leg: PlacedLeg): void;
  /**
   * Takes over an HTTP upgrade for SIP over WebSocket (RFC 7118). Writes the refusal itself if the request is
   * not one, or if there are too many. The caller has already decided whether the origin may connect.
   */
  acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * From now on inbound calls are refused with 503 and Retry-After for the given reason; undefined admits
   * them again.
   */
  refuseNew(why: string | undefined): void;
  /** Sends 180. */
  ring(legId: string): void;
  /**
   * Sends 183 with SDP; media flows from now on. This works only for callers whose address is proved: over
   * UDP from another machine that has not registered, the sender may be forged; a browser's connection is set
   * up only once; and a late offer has no address. These callers hear only ringing.
   */
  openEarlyMedia(legId: string): void;
  /** Sends 200 with SDP. */
  answer(legId: string): void;
  /**
   * Ends a leg. Inbound and unanswered: refuses with the code (0 means 480). Answered: sends BYE. Unknown or
   * ended legs are ignored.
   */
  hangUp(legId: string, sipResponseCode: number): void;
  /**
   * From now on messages of the leg are lost in both directions, as if the telephone had been switched off.
   * Once the leg ends, which `askIfThere` must find out, they travel again. Unknown legs are ignored.
   */
  cutOff(legId: string): void;
  /**
   * The media edge has received nothing from the leg for a while. A telephone is asked whether it is still
   * there (some send nothing while muted), and its leg ends with 408 if it does not respond. A browser's leg,
   * whose connection is lost, ends now.
   */
  askIfThere(legId: string): void;
  /** The number of legs that exist. */
  readonly legs: number;
  /** Refuses new calls, hangs up all legs, waits at most `waitMs` for the responses, then closes the sockets. */
  close(waitMs?: number): Promise<void>;
}
