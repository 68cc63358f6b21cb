import { isIP, isIPv4 } from 'node:net';
import type { LegKind, LocalMedia, RemoteMedia } from '#media-edge';
import {
  type AgreedAudio,
  type AgreedWebRtc,
  type Disagreement,
  type MediaDescription,
  Negotiation,
  type SessionDescription,
  type WebRtcCodec,
  WebRtcNegotiation,
} from '#sdp';
import type { Source } from '#sip';

/** The offer/answer exchanges of one leg, whether it uses plain RTP or WebRTC. */
export interface MediaNegotiation {
  answer(offer: SessionDescription): { body: Buffer; remote: RemoteMedia } | Disagreement;
  offer(): Buffer;
  /** `from`: the address that the answer came from. It counts if the call was placed by host name. */
  readAnswer(answer: SessionDescription, from?: string): { remote: RemoteMedia } | Disagreement;
}

/** The two ends of a call's signalling: media is sent to that host, but not to our own signalling port. */
export interface SignallingEnds {
  /** The far end's address. */
  peer: string;
  ownPort: number;
}

interface MediaNegotiationOptions {
  randomHex: string;
  signalling: SignallingEnds;
  offer?: SessionDescription | undefined;
}

const LOOPBACK_IPV4 = '127.0.0.1';
const LOOPBACK_IPV6 = '::1';
const PLAIN: LegKind = { transport: 'rtp', band: 'narrow' };
const PLAIN_IPV6: LegKind = { ...PLAIN, ipVersion: 6 };
const WEB_RTC: LegKind = { transport: 'webrtc', band: 'narrow' };

/**
 * The codecs of our own offers to browsers, in order of preference. A telephone call is heard at 8 kHz
 * whatever carries it, and PCMU costs nothing to encode. When the far end offers, its order counts, as the
 * first codec is its preference.
 */
const WEB_RTC_CODECS: readonly WebRtcCodec[] = ['PCMU', 'opus', 'PCMA'];

/**
 * The host with which a telephone exchanges media when its signalling comes from that address: the same host,
 * but with the IP version of its description. Some phones on this machine call by the IPv6 loopback and have
 * media on IPv4 only.
 */
export function soundPeer(offer: SessionDescription | undefined, address: string): string {
  if (!offer || isWebRtc(offer)) return address;
  const audio = offer.media.find(({ type, port }) => type.toLowerCase() === 'audio' && port !== 0);
  const written = (audio?.connection ?? offer.connection)?.address ?? '';
  if (address === LOOPBACK_IPV6 && isIPv4(written) && !written.startsWith('0.')) return LOOPBACK_IPV4;
  return written === LOOPBACK_IPV6 && address.startsWith('127.') ? LOOPBACK_IPV6 : address;
}

/** How the media leg for an offer is opened. Without one (late offer), the transport decides. */
export function kindOfLeg(
  offer: SessionDescription | undefined,
  transport: Source['transport'],
  address: string,
): LegKind {
  const webRtc = offer ? isWebRtc(offer) : transport === 'ws';
  if (webRtc) return WEB_RTC;
  return address.includes(':') ? PLAIN_IPV6 : PLAIN;
}

/** Whether the offer is a browser's. Desk phones offer DTLS without ICE (RFC 5763) and can do without encryption. */
function isWebRtc(offer: SessionDescription): boolean {
  const withIce = [offer, ...offer.media].some(({ attributes }) =>
    attributes.some(({ name }) => name === 'ice-ufrag'),
  );
  return withIce && WebRtcNegotiation.isWebRtc(offer);
}

/** The reason why the offer cannot be served; undefined if it can. Checked before a port is used. */
export function judgeOffer(
  offer: SessionDescription,
  ipVersion: 4 | 6,
  peer: string,
): Disagreement | undefined {
  return isWebRtc(offer)
    ? WebRtcNegotiation.judge(offer, WEB_RTC_CODECS)
    : Negotiation.judge(offer, ipVersion, peer);
}

/**
 * `randomHex` has at least 13 digits. The session id in `o=` must consist of digits and be unique (RFC 8866
 * section 5.2).
 */
export function createMediaNegotiation(
  local: LocalMedia,
  { randomHex, signalling, offer }: MediaNegotiationOptions,
): MediaNegotiation {
  const { peer } = signalling;
  const sessionId = String(Number.parseInt(randomHex.slice(0, 13), 16));
  if (!local.webRtc) return new PlainNegotiation(new Negotiation(local, sessionId, peer), signalling);
  const { address, rtpPort: port, webRtc } = local;
  const codecs = offer ? codecsOf(offer) : WEB_RTC_CODECS;
  return new BrowserNegotiation(new WebRtcNegotiation({ address, port, ...webRtc }, sessionId, codecs));
}

class PlainNegotiation implements MediaNegotiation {
  readonly #negotiation: Negotiation;
  #signalling: SignallingEnds;
  /** The last address is kept when `c=0.0.0.0` puts the call on hold, since nothing is sent to it. */
  #lastAddress = '0.0.0.0';

  constructor(negotiation: Negotiation, signalling: SignallingEnds) {
    this.#negotiation = negotiation;
    this.#signalling = signalling;
  }

  answer(offer: SessionDescription) {
    const result = this.#negotiation.answer(offer);
    return 'kind' in result ? result : { body: result.body, remote: this.#remote(result.agreed) };
  }

  offer(): Buffer {
    return this.#negotiation.offer();
  }

  readAnswer(answer: SessionDescription, from?: string) {
    const { peer } = this.#signalling;
    // A known address is not replaced: that of a response by UDP may be forged.
    if (from !== undefined && isIP(peer) === 0) this.#signalling = { ...this.#signalling, peer: from };
    const result = this.#negotiation.readAnswer(answer, this.#signalling.peer);
    return 'kind' in result ? result : { remote: this.#remote(result.agreed) };
  }

  #remote(agreed: AgreedAudio): RemoteMedia {
    this.#lastAddress = agreed.address ?? this.#lastAddress;
    const { rtpPort, rtcpPort, ptime: packetMs } = agreed;
    const { peer, ownPort: signallingPort } = this.#signalling;
    return {
      address: this.#lastAddress,
      ...common(agreed),
      rtpPort,
      rtcpPort,
      packetMs,
      peer,
      signallingPort,
    };
  }
}

class BrowserNegotiation implements MediaNegotiation {
  readonly #negotiation: WebRtcNegotiation;

  constructor(negotiation: WebRtcNegotiation) {
    this.#negotiation = negotiation;
  }

  answer(offer: SessionDescription) {
    const result = this.#negotiation.answer(offer);
    return 'kind' in result ? result : { body: result.body, remote: remoteOfBrowser(result.agreed) };
  }

  offer(): Buffer {
    return this.#negotiation.offer();
  }

  readAnswer(answer: SessionDescription) {
    const result = this.#negotiation.readAnswer(withFirstCodecOnly(answer));
    return 'kind' in result ? result : { remote: remoteOfBrowser(result.agreed) };
  }
}

/** Addresses and ports are blank because ICE checks determine where packets go. */
function remoteOfBrowser(agreed: AgreedWebRtc): RemoteMedia {
  const { iceUfrag, fingerprints } = agreed;
  return {
    address: '0.0.0.0',
    ...common(agreed),
    rtpPort: 0,
    rtcpPort: 0,
    webRtc: { iceUfrag, fingerprints },
  };
}

function common(agreed: AgreedAudio | AgreedWebRtc) {
  const { codec, payloadType, dtmfPayloadType, direction } = agreed;
  return { codec, payloadType, direction, ...(dtmfPayloadType === undefined ? {} : { dtmfPayloadType }) };
}

/** The supported codecs, in the order of the description's audio formats. */
function codecsOf(description: SessionDescription): WebRtcCodec[] {
  const audio = description.media.find(({ type, port }) => type === 'audio' && port !== 0);
  const found = audio ? audio.formats.map((format) => codecOf(audio, format)) : [];
  const ours = WEB_RTC_CODECS.filter((codec) => found.includes(codec));
  return ours.length > 0 ? ours.sort((a, b) => found.indexOf(a) - found.indexOf(b)) : [...WEB_RTC_CODECS];
}

function codecOf({ attributes }: MediaDescription, format: string): WebRtcCodec | undefined {
  const map = attributes.find(({ name, value }) => name === 'rtpmap' && value?.split(' ', 1)[0] === format);
  const encoding = map?.value?.split(' ')[1]?.split('/', 1)[0]?.toUpperCase();
  if (encoding === 'OPUS') return 'opus';
  if (encoding === 'PCMU' || (!map && format === '0')) return 'PCMU';
  return encoding === 'PCMA' || (!map && format === '8') ? 'PCMA' : undefined;
}

/**
 * Reduces an answer to its first codec. An answer may keep several of the codecs that we offered; the first
 * is what the far end is going to send (RFC 3264 section 6.1), so we send the same.
 */
function withFirstCodecOnly(answer: SessionDescription): SessionDescription {
  const first = codecsOf(answer)[0];
  const media = answer.media.map((section) => ({
    ...section,
    formats: section.formats.filter((format) => {
      const codec = codecOf(section, format);
      return codec === undefined || codec === first;
    }),
  }));
  return { ...answer, media };
}
