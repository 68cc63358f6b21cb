import { isIPv4 } from 'node:net';
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

/** The offer/answer exchanges of one leg, whichever way its packets travel. */
export interface MediaNegotiation {
  answer(offer: SessionDescription): { body: Buffer; remote: RemoteMedia } | Disagreement;
  offer(): Buffer;
  readAnswer(answer: SessionDescription): { remote: RemoteMedia } | Disagreement;
}

/** Between whom a call is signalled: sound is sent to that host, but not to that port of ours. */
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
 * The codecs of our own offers to browsers, the preferred first: a telephone call is heard at 8 kHz whatever carries
 * it, and PCMU costs nothing to encode. Of an offer to us the far end's own order counts: what it lists first it wants.
 */
const WEB_RTC_CODECS: readonly WebRtcCodec[] = ['PCMU', 'opus', 'PCMA'];

/**
 * The host that a telephone's sound is with, when its signalling comes from that address: the same host, by the IP version
 * of its description. On one machine there are phones that call by the IPv6 loopback and have sound on IPv4 alone.
 */
export function soundPeer(offer: SessionDescription | undefined, address: string): string {
  if (!offer || isWebRtc(offer)) return address;
  const audio = offer.media.find(({ type, port }) => type.toLowerCase() === 'audio' && port !== 0);
  const written = (audio?.connection ?? offer.connection)?.address ?? '';
  if (address === LOOPBACK_IPV6 && isIPv4(written) && !written.startsWith('0.')) return LOOPBACK_IPV4;
  return written === LOOPBACK_IPV6 && address.startsWith('127.') ? LOOPBACK_IPV6 : address;
}

/** How the media leg of an offer is opened; without one (late offer) as whoever comes by that transport talks. */
export function kindOfLeg(
  offer: SessionDescription | undefined,
  transport: Source['transport'],
  address: string,
): LegKind {
  const webRtc = offer ? isWebRtc(offer) : transport === 'ws';
  if (webRtc) return WEB_RTC;
  return address.includes(':') ? PLAIN_IPV6 : PLAIN;
}

/** A browser's: DTLS alone, without ICE, is what desk phones offer (RFC 5763), who can do without encryption. */
function isWebRtc(offer: SessionDescription): boolean {
  const withIce = [offer, ...offer.media].some(({ attributes }) =>
    attributes.some(({ name }) => name === 'ice-ufrag'),
  );
  return withIce && WebRtcNegotiation.isWebRtc(offer);
}

/** Why the offer cannot be served; undefined when it can. Asked before a port is spent. */
export function judgeOffer(
  offer: SessionDescription,
  ipVersion: 4 | 6,
  peer: string,
): Disagreement | undefined {
  return isWebRtc(offer)
    ? WebRtcNegotiation.judge(offer, WEB_RTC_CODECS)
    : Negotiation.judge(offer, ipVersion, peer);
}

/** `randomHex`: at least 13 digits. The session id of `o=` must be digits that no other call has (RFC 8866 section 5.2). */
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
  readonly #signalling: SignallingEnds;
  /** On hold by `c=0.0.0.0` the last address stays, since nothing is sent to it. */
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

  readAnswer(answer: SessionDescription) {
    const result = this.#negotiation.readAnswer(answer);
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

/** Where packets go is told by the checks of ICE, so addresses and ports are blank. */
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

/** The codecs that we speak, in the order in which the description's audio has them. */
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
 * An answer may keep several of the codecs that we offered; the first is what the far end is going to send (RFC 3264
 * section 6.1), so that we send the same.
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
