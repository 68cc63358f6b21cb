import type { RemoteMedia } from '#media-edge';
import { type Disagreement, parseSessionDescription, type SessionDescription } from '#sdp';
import { type HeaderPair, hostInUri, quote, type SipMessage, sessionBody } from '#sip';
import type { MediaNegotiation } from './media-negotiation.ts';

/**
 * `opening`: waits for its media ports. `arrived`: the runtime knows it and is to answer. `calling`: our INVITE is out.
 * `answered`: our 200, or our ACK of theirs, is out.
 */
export type LegState = 'opening' | 'arrived' | 'calling' | 'answered' | 'ended';

/** How a leg ended, as the runtime is told. */
export type LegEnd = { sipResponseCode: number; by: 'far' | 'us' | 'fault'; reason: string };

/** One leg: an invite usage of the SIP stack, its media ports and its offer/answer exchanges. */
export interface SipLeg {
  readonly legId: string;
  readonly usageId: string;
  state: LegState;
  /** The runtime has heard of it, and is to hear of its end. */
  known: boolean;
  /** A call of ours. */
  readonly placed: boolean;
  /** Its sound comes by WebRTC. */
  readonly webRtc: boolean;
  /** A call of ours that has rung. */
  ringing: boolean;
  /** The caller's offer until it is answered; absent with a late offer. */
  offer: SessionDescription | undefined;
  negotiation: MediaNegotiation | undefined;
  /** An offer of ours is out, and an ACK must bring its answer. */
  awaitsAnswer: boolean;
  /**
   * What our answer agreed on, until its ACK comes: whoever wrote a false address into the INVITE never acknowledges, and
   * no sound is sent to whom he named.
   */
  agreed: RemoteMedia | undefined;
  /** Whether whoever called can be trusted to be at the address that the INVITE came from. */
  readonly atItsAddress: boolean;
  /** Our answer, when a provisional response has told it already. */
  earlyDescription: { body: Buffer; remote: RemoteMedia } | undefined;
  /** The media edge has been told the far end at least once. */
  connected: boolean;
  /** The far end has said that it sends nothing. */
  held: boolean;
  /** A call of ours: the answer to our offer that a provisional response brought (RFC 3261 section 13.2.1). */
  earlyAnswer: SessionDescription | undefined;
  /** The connection that the leg began on. */
  readonly connection: number | undefined;
  /** Who called; undefined of calls of ours. */
  readonly source: string | undefined;
  /** Whose budget the leg is counted in from our answer until the far end has acknowledged it; undefined: in nobody's. */
  unacknowledgedBy: string | undefined;
}

export const SDP = 'application/sdp';

/** The runtime knows of its own calls from the beginning, of others when they have their ports. */
export function createSipLeg(
  legId: string,
  usageId: string,
  {
    connection,
    placed,
    webRtc = false,
    source,
    atItsAddress = false,
  }: {
    connection: number | undefined;
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
    connection,
    source,
    unacknowledgedBy: undefined,
  };
}

/** The description in a message; undefined when it has none; a text when what it has cannot be read. */
export function descriptionOf(message: SipMessage): SessionDescription | string | undefined {
  const body = sessionBody(message);
  if (!body) return undefined;
  const result = parseSessionDescription(body);
  return result.kind === 'description' ? result.description : result.text;
}

/** RFC 3261 section 20.43: a Warning says what was not acceptable; code 399 when it is about no description. */
export function warning(
  host: string,
  { warning: code = 399, text }: { warning?: Disagreement['warning']; text: string },
): HeaderPair {
  return ['Warning', `${code} ${hostInUri(host)} ${quote(text)}`];
}
