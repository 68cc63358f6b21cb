import type { LocalMedia, RemoteMedia } from '#media-edge';
import {
  type AgreedAudio,
  type Disagreement,
  Negotiation,
  parseSessionDescription,
  type SessionDescription,
} from '#sdp';
import type { HeaderPair, SipRequest, Source } from '#sip';

/** `opening`: waits for its media ports. `arrived`: the runtime knows it. `answered`: our 200 is out. */
export type LegState = 'opening' | 'arrived' | 'answered' | 'ended';

/** One leg: an invite usage of the SIP stack, its media ports and its offer/answer exchanges. */
export interface Leg {
  readonly callId: string;
  readonly usageId: string;
  state: LegState;
  /** The caller's offer until it is answered; absent with a late offer. */
  offer: SessionDescription | undefined;
  negotiation: Negotiation | undefined;
  /** An offer of ours is out, and an ACK must bring its answer. */
  awaitsAnswer: boolean;
  /** The media edge has been told the far end at least once. */
  connected: boolean;
  /** The address that sound last went to. */
  lastAddress: string;
  /** The last TCP connection used by the far end. */
  connection: number | undefined;
}

export const SDP = 'application/sdp';

export function newLeg(callId: string, usageId: string, source: Source): Leg {
  return {
    callId,
    usageId,
    state: 'opening',
    offer: undefined,
    negotiation: undefined,
    awaitsAnswer: false,
    connected: false,
    lastAddress: '0.0.0.0',
    connection: source.connection,
  };
}

/** The description in a message; undefined when it has none; a text when what it has cannot be read. */
export function descriptionOf(message: SipRequest): SessionDescription | string | undefined {
  if (message.body.length === 0 || message.contentType !== SDP) return undefined;
  const result = parseSessionDescription(message.body);
  return result.kind === 'description' ? result.description : result.text;
}

/** The session id of `o=` must be digits that no other call has (RFC 8866 section 5.2): 52 random bits. */
export function newNegotiation(local: LocalMedia, randomHex: string, peer: string): Negotiation {
  return new Negotiation(local, String(Number.parseInt(randomHex.slice(0, 13), 16)), peer);
}

/** RFC 3261 section 20.43: a Warning says which part of the offer was not acceptable. */
export function warning(host: string, { warning: code, text }: Disagreement): HeaderPair {
  return ['Warning', `${code} ${host} "${text}"`];
}

/** What the media edge is told. On hold by `c=0.0.0.0` the last address stays, since nothing is sent to it. */
export function remoteMedia(leg: Leg, agreed: AgreedAudio): RemoteMedia {
  leg.lastAddress = agreed.address ?? leg.lastAddress;
  const remote: RemoteMedia = {
    address: leg.lastAddress,
    rtpPort: agreed.rtpPort,
    rtcpPort: agreed.rtcpPort,
    codec: agreed.codec,
    payloadType: agreed.payloadType,
    direction: agreed.direction,
  };
  if (agreed.dtmfPayloadType !== undefined) remote.dtmfPayloadType = agreed.dtmfPayloadType;
  return remote;
}
