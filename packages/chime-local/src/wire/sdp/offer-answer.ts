import {
  type AudioCodec,
  audioFormats,
  DTMF_EVENTS,
  OFFERED_DTMF_PAYLOAD_TYPE,
  PTIME_MS,
  packetTime,
  STATIC_PAYLOAD_TYPES,
} from './audio-formats.ts';
import { isIPv4, isIPv6 } from './ip-address.ts';
import { OwnDescriptions } from './own-descriptions.ts';
import {
  type Attribute,
  answerDirection,
  type Direction,
  directionOf,
  hasAttribute,
  type MediaDescription,
  type SessionDescription,
} from './session-description.ts';

/** The address and ports at which we receive. */
export interface LocalAudio {
  address: string;
  rtpPort: number;
  rtcpPort: number;
}

/** The result of an offer and its answer: where and how we send, and what we may receive. */
export interface AgreedAudio {
  /** Undefined on hold by `c=0.0.0.0`: nothing may be sent, so no address is needed. */
  address?: string;
  rtpPort: number;
  /** The same as `rtpPort` with rtcp-mux. */
  rtcpPort: number;
  codec: AudioCodec;
  payloadType: number;
  dtmfPayloadType?: number;
  /** The direction from our point of view. */
  direction: Direction;
  /** Length of the packets that the far end wants, ms: a multiple of 10. */
  ptime: number;
}

/** Why an offer or answer cannot be used: a warn-code of RFC 3261 section 20.43 (Warning) and a sentence. */
export interface Disagreement {
  readonly kind: 'disagreement';
  readonly warning: 300 | 301 | 302 | 304 | 305 | 399;
  readonly text: string;
}

/**
 * Our side of the offer/answer exchanges of one call (RFC 3264). Keeps what is needed from one exchange to
 * the next: the `o=` line with its version, and the media sections.
 */
export class Negotiation {
  readonly #local: LocalAudio;
  readonly #written: OwnDescriptions;
  #peer: string | undefined;
  #agreed: AgreedAudio | undefined;

  /**
   * @param sessionId digits, unique for this call (RFC 8866 section 5.2).
   * @param peer the address that the peer's signalling comes from. It is used instead of an address in `c=`
   * that we cannot send to: one of the other IP version, as dual-stack phones write, or a host name.
   */
  constructor(local: LocalAudio, sessionId: string, peer?: string) {
    this.#local = local;
    this.#peer = peer;
    this.#written = new OwnDescriptions(local.address, sessionId);
  }

  /** The result of the last exchange. */
  get agreed(): AgreedAudio | undefined {
    return this.#agreed;
  }

  /**
   * Why `answer` would fail; undefined if it would succeed. Called before a port is allocated for the call.
   */
  static judge(offer: SessionDescription, ipVersion: 4 | 6, peer?: string): Disagreement | undefined {
    const chosen = chooseAudio(offer, { ipVersion, peer });
    return 'kind' in chosen ? chosen : undefined;
  }

  /** Answers an offer (section 6). If there is no agreement, nothing changes. */
  answer(offer: SessionDescription): { body: Buffer; agreed: AgreedAudio } | Disagreement {
    const chosen = chooseAudio(offer, this.#reach());
    if ('kind' in chosen) return this.#answerToNothing(offer) ?? chosen;
    const media = offer.media.map((offered) =>
      offered === chosen.media ? this.#answerAudio(chosen) : refused(offered),
    );
    const body = this.#written.write(media);
    this.#agreed = chosen.agreed;
    return { body, agreed: chosen.agreed };
  }

  /**
   * Section 8.2: answers an offer that switches the sound off for a while, as some phones hold a call. The
   * call continues in silence.
   */
  #answerToNothing(offer: SessionDescription): { body: Buffer; agreed: AgreedAudio } | undefined {
    const before = this.#agreed;
    const off = offer.media.every(({ port, fault }) => port === 0 && fault === undefined);
    if (!before || !off || !offer.media.some(({ type }) => type.toLowerCase() === 'audio')) return undefined;
    this.#agreed = { ...before, direction: 'inactive' };
    return { body: this.#written.write(offer.media.map(refused)), agreed: this.#agreed };
  }

  /**
   * Makes an offer: section 5, or section 8 after an earlier exchange. Its answer is read with `readAnswer`.
   */
  offer(direction: Direction = 'sendrecv'): Buffer {
    // Section 8: media sections keep their places; those refused before stay refused.
    const before = this.#written.last?.media ?? [];
    const place = placeOfAudio(before);
    const audio: MediaDescription = {
      type: 'audio',
      port: this.#local.rtpPort,
      protocol: before[place]?.protocol ?? 'RTP/AVP',
      formats: [],
      otherLines: [],
      attributes: [],
    };
    const agreed = this.#agreed;
    const codecs = Object.entries(STATIC_PAYLOAD_TYPES);
    if (agreed) codecs.sort(([a], [b]) => Number(b === agreed.codec) - Number(a === agreed.codec));
    const dtmf = agreed?.dtmfPayloadType ?? OFFERED_DTMF_PAYLOAD_TYPE;
    audio.formats = [...codecs.map(([, payloadType]) => String(payloadType)), String(dtmf)];
    for (const [codec, payloadType] of codecs) {
      audio.attributes.push({ name: 'rtpmap', value: `${payloadType} ${codec}/8000` });
    }
    audio.attributes.push(...dtmfAttributes(dtmf), ...this.#commonAttributes(direction, agreed?.ptime));
    const media =
      before.length === 0 ? [audio] : before.map((old, i) => (i === place ? audio : refused(old)));
    return this.#written.write(media);
  }

  /**
   * Reads the answer to our last offer (section 7). If there is no agreement, nothing changes.
   * @param peer the address that the answer came from, if it may be another than that of the constructor.
   */
  readAnswer(answer: SessionDescription, peer = this.#peer): { agreed: AgreedAudio } | Disagreement {
    this.#peer = peer;
    const offered = this.#written.last?.media ?? [];
    if (answer.media.length !== offered.length) {
      return disagree(399, 'the answer has not as many media sections as the offer');
    }
    const chosen = chooseAudio(answer, this.#reach());
    if ('kind' in chosen) return chosen;
    this.#agreed = { ...chosen.agreed };
    return { agreed: this.#agreed };
  }

  #reach(): Reach {
    return { ipVersion: this.#ipVersion(), peer: this.#peer };
  }

  #ipVersion(): 4 | 6 {
    return isIPv6(this.#local.address) ? 6 : 4;
  }

  #answerAudio({ media, agreed, mux }: Chosen): MediaDescription {
    const { codec, payloadType, dtmfPayloadType, direction, ptime } = agreed;
    const formats = [String(payloadType)];
    const attributes: Attribute[] = [{ name: 'rtpmap', value: `${payloadType} ${codec}/8000` }];
    if (dtmfPayloadType !== undefined) {
      formats.push(String(dtmfPayloadType));
      attributes.push(...dtmfAttributes(dtmfPayloadType));
    }
    attributes.push(...this.#commonAttributes(direction, ptime));
    if (mux) attributes.push({ name: 'rtcp-mux' });
    return {
      type: 'audio',
      port: this.#local.rtpPort,
      protocol: media.protocol,
      formats,
      otherLines: [],
      attributes,
    };
  }

  /**
   * We ask for the packet length that the far end asks for: few phones send another length than they want to
   * receive.
   */
  #commonAttributes(direction: Direction, ptime = PTIME_MS): Attribute[] {
    const attributes: Attribute[] = [{ name: 'ptime', value: String(ptime) }, { name: direction }];
    // RFC 3605: only needed if RTCP is not on the port after that of RTP.
    if (this.#local.rtcpPort !== this.#local.rtpPort + 1) {
      attributes.push({ name: 'rtcp', value: String(this.#local.rtcpPort) });
    }
    return attributes;
  }
}

/** The index of the audio section: the one in use, or the first audio section if all were switched off. */
function placeOfAudio(media: readonly MediaDescription[]): number {
  const audio = media.map(({ type }) => type.toLowerCase() === 'audio');
  const used = media.findIndex(({ port }, place) => audio[place] && port !== 0);
  return used >= 0 ? used : Math.max(0, audio.indexOf(true));
}

/**
 * RTP/AVPF (RFC 4585) only permits feedback, which nobody is obliged to send; it is answered with the profile
 * that was offered.
 */
const PROFILES = new Set(['RTP/AVP', 'RTP/AVPF']);

/** Which addresses we can send to. */
interface Reach {
  ipVersion: 4 | 6;
  peer: string | undefined;
}

interface Chosen {
  media: MediaDescription;
  agreed: AgreedAudio;
  mux: boolean;
}

/** The first audio section that we can serve, or why there is none. */
function chooseAudio(description: SessionDescription, reach: Reach): Chosen | Disagreement {
  let reason = disagree(304, 'no audio over RTP/AVP is offered');
  for (const media of description.media) {
    if (media.type.toLowerCase() !== 'audio') continue;
    const obstacle = obstacleOf(media);
    if (obstacle) reason = obstacle;
    if (media.port === 0 || obstacle) continue;
    const chosen = judgeAudio(description, media, reach);
    if (!('kind' in chosen)) return chosen;
    reason = chosen;
  }
  return reason;
}

/** Why an audio section that was meant to be used cannot be used. */
function obstacleOf({ fault, port, protocol }: MediaDescription): Disagreement | undefined {
  if (fault !== undefined) return disagree(399, fault);
  if (port === 0 || PROFILES.has(protocol.toUpperCase())) return undefined;
  const cure = /SAVP/i.test(protocol) ? 'switch SRTP off, or make it optional' : 'it is taken over RTP/AVP';
  return disagree(302, `the audio is offered over ${protocol.slice(0, 30)} only: ${cure}`);
}

function judgeAudio(
  description: SessionDescription,
  media: MediaDescription,
  reach: Reach,
): Chosen | Disagreement {
  const written = (media.connection ?? description.connection)?.address ?? reach.peer;
  if (written === undefined) return disagree(301, 'there is no c= line that can be read');
  const address = reachable(written, reach);
  if (typeof address !== 'string') return address;
  const formats = audioFormats(media);
  const codec = formats.codecs[0];
  if (!codec) return disagree(305, 'neither PCMU nor PCMA is offered');
  const held = isHold(address);
  const mux = hasAttribute(media.attributes, 'rtcp-mux');
  const agreed: AgreedAudio = {
    rtpPort: media.port,
    rtcpPort: mux ? media.port : rtcpPort(media),
    ...codec,
    direction: answerDirection(directionOf(description, media), held),
    ptime: packetTime(media, description),
  };
  if (!held) agreed.address = address;
  if (formats.dtmfPayloadType !== undefined) agreed.dtmfPayloadType = formats.dtmfPayloadType;
  return { media, agreed, mux };
}

/**
 * Hold as in RFC 2543, which must still be understood (RFC 3264 section 8.4): nothing may be sent to this
 * address.
 */
function isHold(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** The address to send to, or why there is none. The peer's address replaces one that is unusable. */
function reachable(address: string, { ipVersion, peer }: Reach): string | Disagreement {
  if (isHold(address)) return address;
  const version = isIPv4(address) ? 4 : isIPv6(address) ? 6 : undefined;
  const first = Number.parseInt(address, 10);
  const elsewhere = version === 4 ? first === 0 || first >= 224 : version === 6 && /^ff/i.test(address);
  if (elsewhere) return disagree(301, 'the address in c= is no unicast address');
  if (version === ipVersion) return address;
  const peerVersion = peer !== undefined && isIPv4(peer) ? 4 : 6;
  if (peer !== undefined && peerVersion === ipVersion) return peer;
  if (version !== undefined) return disagree(300, `the address in c= is not IPv${ipVersion}`);
  const named = /^[a-z0-9.-]+$/i.test(address) && !/^[\d.]+$/.test(address);
  return disagree(301, named ? 'the address in c= is a host name' : 'the address in c= is none');
}

/**
 * RFC 3605: `a=rtcp:53020`, possibly with an address, which is ignored: RTCP is sent to the address of RTP.
 */
function rtcpPort(media: MediaDescription): number {
  const value = media.attributes.find(({ name }) => name === 'rtcp')?.value ?? '';
  const port = Number(/^\s*(\d{1,5})(?:\s|$)/.exec(value)?.[1] ?? Number.NaN);
  return port >= 1 && port <= 65_535 ? port : Math.min(media.port + 1, 65_535);
}

function dtmfAttributes(payloadType: number): Attribute[] {
  return [
    { name: 'rtpmap', value: `${payloadType} telephone-event/8000` },
    { name: 'fmtp', value: `${payloadType} ${DTMF_EVENTS}` },
  ];
}

/** RFC 3264 section 6: a refused section keeps its place, media type, protocol and formats, with port 0. */
function refused({ type, protocol, formats }: MediaDescription): MediaDescription {
  return { type, port: 0, protocol, formats, otherLines: [], attributes: [] };
}

export function disagree(warning: Disagreement['warning'], text: string): Disagreement {
  return { kind: 'disagreement', warning, text };
}
