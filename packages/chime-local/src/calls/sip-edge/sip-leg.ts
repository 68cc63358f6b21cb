import type { RemoteMedia } from '#media-edge';
import { type Disagreement, parseSessionDescription, type SessionDescription } from '#sdp';
import { type HeaderPair, hostInUri, quote, type SipMessage, sessionBody } from '#sip';
import type { MediaNegotiation } from './media-negotiation.ts';

/**
 * `opening`: waits for its media ports. `arrived`: the runtime has been told and must answer. `calling`: our
 * INVITE has been sent. `answered`: our 200, or our ACK of the far end's 200, has been sent.
 */
export type LegState = 'opening' | 'arrived' | 'calling' | 'answered' | 'ended';

/** The end of a leg, as the runtime is told. */
export type LegEnd = { sipResponseCode: number; by: 'far' | 'us' | 'fault'; reason: string };

/** One leg: an invite usage of the SIP stack, its media ports and its offer/answer exchanges. */
export interface SipLeg {
  readonly legId: string;
  readonly usageId: string;
  state: LegState;
  /** Set once the runtime has been told of the leg, so that it must also be told of its end. */
  known: boolean;
  /** Set for an outgoing call. */
  readonly placed: boolean;
  /** Set if its media uses WebRTC. */
  readonly webRtc: boolean;
  /** Set once an outgoing call has rung. */
  ringing: boolean;
  /** The caller's offer until it is answered; undefined for a late offer. */
  offer: SessionDescription | undefined;
  negotiation: MediaNegotiation | undefined;
  /** Set if an offer of ours has been sent and an ACK must bring its answer. */
  awaitsAnswer: boolean;
  /**
   * The media that our answer agreed on, until the ACK comes. A caller that put a false address into the
   * INVITE never acknowledges, and so no media is sent to the address it named.
   */
  agreed: RemoteMedia | undefined;
  /** Whether the caller can be trusted to be at the address that the INVITE came from. */
  readonly atItsAddress: boolean;
  /** Our answer, if a provisional response has already given it. */
  earlyDescription: { body: Buffer; remote: RemoteMedia } | undefined;
  /** Set once the media edge has been told about the far end. */
  connected: boolean;
  /** Set while the far end has announced that it sends nothing. */
  held: boolean;
  /** For an outgoing call: the answer to our offer that a provisional response brought (RFC 3261 section 13.2.1). */
  earlyAnswer: SessionDescription | undefined;
  /** The caller's source; undefined for outgoing calls. */
  readonly source: string | undefined;
  /**
   * The source whose budget the leg counts against, from our answer until the far end has acknowledged it;
   * undefined if none.
   */
  unacknowledgedBy: string | undefined;
}

export const SDP = 'application/sdp';

/** The runtime knows outgoing calls from the beginning, and inbound ones once they have their ports. */
export function createSipLeg(
  legId: string,
  usageId: string,
  {
    placed,
    webRtc = false,
    source,
    atItsAddress = false,
  }: {
    placed: boolean;
    webRtc?: boolean;
    source?: string;
    atItsAddress?: boolean;
  },
): SipLeg {
  return {
    legId,
    usageId,
    state: 'opening',
    known: placed,
    placed,
    webRtc,
    ringing: false,
    offer: undefined,
    negotiation: undefined,
    awaitsAnswer: false,
    agreed: undefined,
    atItsAddress,
    earlyDescription: undefined,
    connected: false,
    held: false,
    earlyAnswer: undefined,
    source,
    unacknowledgedBy: undefined,
  };
}

/** The description in a message; undefined if there is none; an error text if it cannot be read. */
export function descriptionOf(message: SipMessage): SessionDescription | string | undefined {
  const body = sessionBody(message);
  if (!body) return undefined;
  const result = parseSessionDescription(body);
  return result.kind === 'description' ? result.description : result.text;
}

/** RFC 3261 section 20.43: a Warning says what was not acceptable; code 399 if it does not concern a description. */
export function warning(
  host: string,
  { warning: code = 399, text }: { warning?: Disagreement['warning']; text: string },
): HeaderPair {
  return ['Warning', `${code} ${hostInUri(host)} ${quote(text)}`];
}
