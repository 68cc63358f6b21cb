import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TimerBase } from '#sip';
import type { SipEdgeLimits } from './limits.ts';

/** The SIP edge as the runtime sees it: legs that arrive, are answered and end. No Chime word in here. */

/** An INVITE whose offer we can serve (or that has none: late offer). */
export interface ArrivedLeg {
  /** GUID made by the edge for this leg. */
  legId: string;
  /** E.164 with `+` where the user part was a number; otherwise the user part as it came; `anonymous` when withheld. */
  from: string;
  to: string;
  /** The host that was called: that of the Request-URI. */
  host: string;
  /** Headers beginning with `x-` (any case), `User-to-User`, `Diversion`. Absent when there are none. */
  sipHeaders?: Record<string, string>;
  /** The offer was one part of a multipart body (RFC 5621). */
  inMultipart?: true;
  /** The SIP Call-ID, for logs. */
  sipCallId: string;
  transport: 'udp' | 'tcp' | 'tls' | 'ws';
  source: { address: string; port: number };
}

/** A call that was refused before anybody heard of its leg. */
export interface ToldRefusal {
  status: number;
  /** As written by the phone. */
  from: string;
  to: string;
  source: { address: string; port: number; transport: string };
  /** What is wrong, where more than the status is known. */
  why?: string;
  /** What to do about it. */
  cure: string;
}

export interface SipEdgeEvents {
  /** 100 is sent where that takes long. The runtime answers with `ring`, `answer` or `hangUp`, now or later. */
  onLegArrived(leg: ArrivedLeg): void;
  /** A call of ours (`place`): the far end has it (100 Trying), and nothing more is known. */
  onLegTrying?(legId: string): void;
  /** A call of ours (`place`) rings: the first 180 or 183. */
  onLegRinging(legId: string): void;
  /** A call of ours sends sound before its answer: a provisional response said where. The media edge has been told the far end. */
  onLegEarlyMedia(legId: string): void;
  /**
   * An inbound leg: our 200 was acknowledged (by WebRTC: it is out). A call of ours: the far end answered and has our ACK. In both cases the
   * media edge has been told the far end. `telephoneEvent`: its keys come as RTP events (RFC 4733).
   */
  onLegAnswered(legId: string, agreed?: { telephoneEvent: boolean }): void;
  /** Exactly once for every leg that arrived or was placed. Code 0: normal clearing; 487: the caller gave up before the answer. */
  onLegEnded(
    legId: string,
    end: { sipResponseCode: number; by: 'far' | 'us' | 'fault'; reason: string },
  ): void;
  /** A call was turned away with 503, and for want of what; nobody hears of its leg. */
  onCallRefused?(why: string): void;
  /** A call was refused, as the terminal is told of it; no more of them than it is told. */
  onRefusalTold?(refusal: ToldRefusal): void;
  /** A key by SIP INFO (application/dtmf-relay or application/dtmf). */
  onDigit(legId: string, digit: string): void;
}

export interface SipEdgeOptions {
  /** Address to bind. */
  address: string;
  /** 0: any free port, the same for UDP and TCP. */
  port: number;
  /** IP addresses of this machine, beside `address`, on whose same port calls are taken as well; those it lacks are left out. */
  furtherAddresses?: readonly string[];
  /** Absent: no TLS. */
  tls?: TlsOptions;
  /** Calls at once; an INVITE beyond it gets 503 with Retry-After. */
  maxLegs?: number;
  /** What phones are told to reach us at (Contact, Via). Needed when `address` is a wildcard; default `address`. */
  advertisedAddress?: string;
  registrar?: RegistrarRules;
  /** IP addresses of trunks: they may call as often as this machine itself. */
  trunks?: readonly string[];
  /** Other times than those of RFC 3261 table 4, for networks that are not like the internet's, as in tests. */
  timers?: TimerBase;
  /** Other limits than the usual ones; see `limits.ts`. */
  limits?: Partial<SipEdgeLimits>;
}

/** SIP over TLS on a port of its own. */
export interface TlsOptions {
  /** 0: any free one. */
  port: number;
  /** PEM. */
  key: string;
  cert: string;
}

/** Who may register what. */
export interface RegistrarRules {
  /** Numbers of the service itself: they can be called and not registered. */
  isReserved?: (number: string) => boolean;
  /** Asked of phones of other machines, with their number as the user name (RFC 7616, RFC 8760). Absent: of nobody. */
  password?: string;
}

/** A SIP address that a call of ours goes to. */
export interface PlacedTarget {
  /** The Request-URI. */
  uri: string;
  /** Where the INVITE is sent: IP address or host name. */
  host: string;
  port: number;
  transport: 'udp' | 'tcp';
}

/** A call of ours: to a telephone that has registered, or to an address. */
export interface PlacedLeg {
  /** GUID, made by the caller. */
  legId: string;
  /** Shown to the called person: E.164 or `anonymous`. */
  from: string;
  /** E.164: who registered this number is rung, unless there is a `target`. */
  to: string;
  target?: PlacedTarget;
  /** Headers of the application, checked by whoever made them. */
  sipHeaders?: Record<string, string>;
}

export interface SipEdge {
  readonly host: string;
  readonly port: number;
  /** Where TLS is spoken, if it is. */
  readonly tlsPort: number | undefined;
  /** Who is told, from the beginning on, what happens; once. @throws Error when somebody is told already. */
  observe(events: SipEdgeEvents): void;
  /**
   * Numbers (user parts) that telephones have registered and that can be called now. Who registers a number first keeps
   * it until it lets go or is gone.
   */
  registered(): string[];
  /**
   * INVITE to the registered telephone, of several with the number to the last. Answered by `onLegRinging`,
   * `onLegAnswered`, `onLegEnded`: code 404 when nobody registered the number, 408 when nothing answers or it rang for
   * three minutes, 503 when it cannot be reached or there is no room, 488 when its answer cannot be used, else the far
   * end's refusal (a redirection or a challenge is one). `hangUp` before the answer is CANCEL (then `onLegEnded` says
   * 487 at once).
   */
  place(leg: PlacedLeg): void;
  /**
   * Takes over an HTTP upgrade that asks for SIP over WebSocket (RFC 7118). Writes the refusal itself when the request
   * is none, or there are too many. Whether the origin may connect was decided by the caller.
   */
  acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** From now on calls to us are refused with 503 and Retry-After, for that reason; undefined: they may come again. */
  refuseNew(why: string | undefined): void;
  /** 180. */
  ring(legId: string): void;
  /**
   * 183 with SDP, and sound from now on: for callers who must be who they say. By UDP from another machine that has not registered the
   * sender may be forged, a browser's connection is set up once, and a late offer has no address: these only hear
   * ringing.
   */
  openEarlyMedia(legId: string): void;
  /** 200 with SDP. */
  answer(legId: string): void;
  /** Inbound, unanswered: refuses with the code (0 means 480). Answered: BYE. Unknown or ended legs do no harm. */
  hangUp(legId: string, sipResponseCode: number): void;
  /**
   * From now on messages of the leg are lost on the way, whoever sends them, as when a telephone is switched off. When the leg
   * ends, which is for `askIfThere` to find out, they travel again. Unknown legs do no harm.
   */
  cutOff(legId: string): void;
  /**
   * The media edge has heard nothing of the leg for a while. A telephone is asked whether it is still there (some send
   * nothing while muted) and ends with 408 when it does not answer; a browser's leg, whose connection is lost, ends now.
   */
  askIfThere(legId: string): void;
  /** Legs that exist. */
  readonly legs: number;
  /** Refuses new calls, hangs up all legs, waits for the answers (at most `waitMs`), closes the sockets. */
  close(waitMs?: number): Promise<void>;
}
