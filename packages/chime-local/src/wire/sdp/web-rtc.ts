import { type Disagreement, disagree } from './offer-answer.ts';
import { OwnDescriptions } from './own-descriptions.ts';
import {
  answerDirection,
  type Direction,
  directionOf,
  hasAttribute,
  type MediaDescription,
  type SessionDescription,
} from './session-description.ts';
import {
  type ChosenCodec,
  chooseCodec,
  chosenFormats,
  type Format,
  offeredFormats,
  type WebRtcCodec,
} from './web-rtc-codecs.ts';
import { type OfferedVideo, offeredVideo, vp8Of } from './web-rtc-offered-video.ts';
import {
  bundleOf,
  isDtlsRtp,
  isRefused,
  midFault,
  midOf,
  type OpenSection,
  type OwnSection,
  unusedSection,
  writeSections,
} from './web-rtc-sections.ts';
import {
  type Fingerprint,
  type LocalWebRtcAudio,
  type RemoteTransport,
  readTransport,
} from './web-rtc-transport.ts';
import { type VideoUses, videoDirection } from './web-rtc-video.ts';

/** The result of an offer/answer exchange. */
export interface AgreedWebRtc extends ChosenCodec {
  /** The direction from our point of view. */
  direction: Direction;
  iceUfrag: string;
  fingerprints: Fingerprint[];
}

/** Our side of the WebRTC offer/answer exchanges of one connection (RFC 8829, 8839, 8842, 9143). */
export interface WebRtcExchange {
  /**
   * Answers an offer, the first or a later one. Sections that are not audio, a second audio section, and
   * video without a use are answered `inactive`: with our only port if they are open and in audio's BUNDLE
   * group, otherwise with port 0. If there is no agreement, nothing changes.
   * @param video the uses of video sections; `offeredVideo` lists the sections.
   */
  answer(offer: SessionDescription, video?: VideoUses): { body: Buffer; agreed: AgreedWebRtc } | Disagreement;
  /** Offers audio with the codecs in our order of preference; the answer is read with `readAnswer`. */
  offer(direction?: Direction): Buffer;
  readAnswer(answer: SessionDescription): { agreed: AgreedWebRtc } | Disagreement;
}

const FIRST_MID = '0';

/**
 * Negotiates the audio of one connection, and video that is given a use; other sections are kept open but
 * carry nothing.
 */
export class WebRtcNegotiation implements WebRtcExchange {
  #local: LocalWebRtcAudio;
  readonly #codecs: readonly WebRtcCodec[];
  readonly #written: OwnDescriptions;
  /** The sections as last written, or as the answer to our offer left them. */
  #sections: readonly OwnSection[] = [];
  #agreed: AgreedWebRtc | undefined;

  /**
   * @param sessionId digits, unique for this connection.
   * @param codecs at least one, in our order of preference.
   */
  constructor(local: LocalWebRtcAudio, sessionId: string, codecs: readonly WebRtcCodec[]) {
    this.#local = local;
    this.#codecs = codecs;
    this.#written = new OwnDescriptions(local.address, sessionId);
  }

  /** Whether a description is for RTP over DTLS; otherwise `Negotiation` handles it. */
  static isWebRtc(description: SessionDescription): boolean {
    return description.media.some(
      (media) => media.type === 'audio' && !isRefused(media) && isDtlsRtp(description, media),
    );
  }

  /**
   * Why `answer` to a first offer would fail; undefined if it would succeed. Called before allocating a port.
   */
  static judge(offer: SessionDescription, codecs: readonly WebRtcCodec[]): Disagreement | undefined {
    const read = readAudio(offer, codecs, 'offer');
    return 'kind' in read ? read : undefined;
  }

  /** The video sections of an offer in order; none if `judge` finds fault with the offer. */
  static offeredVideo(offer: SessionDescription, codecs: readonly WebRtcCodec[]): OfferedVideo[] {
    const read = readAudio(offer, codecs, 'offer');
    return 'kind' in read ? [] : offeredVideo(offer, read.bundle);
  }

  /** The result of the last exchange. */
  get agreed(): AgreedWebRtc | undefined {
    return this.#agreed;
  }

  /**
   * Whether a later offer restarts ICE (RFC 8839 section 4.4.1.1.1). In that case the answer should have new
   * credentials of ours, too: call `renewIce` before `answer`.
   */
  restartsIce(offer: SessionDescription): boolean {
    const read = readAudio(offer, this.#codecs, 'offer');
    return (
      !('kind' in read) && this.#agreed !== undefined && read.transport.iceUfrag !== this.#agreed.iceUfrag
    );
  }

  /** Sets the credentials for all descriptions that are written from now on. */
  renewIce(credentials: { iceUfrag: string; icePwd: string }): void {
    this.#local = { ...this.#local, ...credentials };
  }

  answer(
    offer: SessionDescription,
    video: VideoUses = new Map(),
  ): { body: Buffer; agreed: AgreedWebRtc } | Disagreement {
    const read = readAudio(offer, this.#codecs, 'offer');
    if ('kind' in read) return read;
    const fault = this.#strangerFault(read.transport);
    if (fault) return fault;
    const direction = answerDirection(directionOf(offer, read.media));
    this.#sections = offer.media.map((media) =>
      media === read.media
        ? audioSection(media, chosenFormats(read.codec), direction)
        : (videoSection(offer, media, read.bundle, video) ??
          unusedSection(offer, media, read.bundle.includes(media))),
    );
    return { body: this.#write('passive'), agreed: this.#agree(read, direction) };
  }

  offer(direction: Direction = 'sendrecv'): Buffer {
    // Payload types keep their meaning (RFC 3264 section 8.3.2), so a later offer contains only what was
    // agreed on.
    const formats = this.#agreed ? chosenFormats(this.#agreed) : offeredFormats(this.#codecs);
    const place = this.#audioPlace();
    if (place < 0) {
      const media = { type: 'audio', protocol: 'UDP/TLS/RTP/SAVPF', mid: FIRST_MID };
      this.#sections = [{ kind: 'open', use: 'audio', ...media, formats, direction, mux: true }];
    } else {
      this.#sections = this.#sections.map((section, i) =>
        i === place && section.kind === 'open' ? { ...section, formats, direction } : section,
      );
    }
    return this.#write('actpass');
  }

  readAnswer(answer: SessionDescription): { agreed: AgreedWebRtc } | Disagreement {
    if (answer.media.length !== this.#sections.length)
      return disagree(399, 'the answer has not as many media sections as the offer');
    const read = readAudio(answer, this.#codecs, 'answer');
    if ('kind' in read) return read;
    if (answer.media.indexOf(read.media) !== this.#audioPlace())
      return disagree(399, 'the answer has audio where the offer had none');
    const fault = this.#strangerFault(read.transport);
    if (fault) return fault;
    this.#sections = this.#sections.map((section, i) =>
      isRefused(answer.media[i]!) ? refusedNow(section) : section,
    );
    return { agreed: this.#agree(read, answerDirection(directionOf(answer, read.media))) };
  }

  /** DTLS is set up once and not repeated, so later descriptions must have the same certificate. */
  #strangerFault({ fingerprints }: RemoteTransport): Disagreement | undefined {
    const known = this.#agreed?.fingerprints;
    if (!known || fingerprints.some(({ value }) => known.some((before) => before.value === value)))
      return undefined;
    return disagree(399, 'the certificate of a connection cannot be changed');
  }

  #agree({ codec, transport }: RemoteAudio, direction: Direction): AgreedWebRtc {
    const { iceUfrag, fingerprints } = transport;
    this.#agreed = { ...codec, direction, iceUfrag, fingerprints };
    return this.#agreed;
  }

  #audioPlace(): number {
    return this.#sections.findIndex((section) => section.kind === 'open' && section.use === 'audio');
  }

  #write(setup: 'actpass' | 'passive'): Buffer {
    const { media, attributes } = writeSections(this.#sections, this.#local, setup);
    return this.#written.write(media, attributes);
  }
}

interface RemoteAudio {
  media: MediaDescription;
  bundle: MediaDescription[];
  codec: ChosenCodec;
  transport: RemoteTransport;
}

/** The first audio section that we can serve, or why there is none. */
function readAudio(
  description: SessionDescription,
  codecs: readonly WebRtcCodec[],
  from: 'offer' | 'answer',
): RemoteAudio | Disagreement {
  const fault = midFault(description);
  if (fault) return fault;
  let reason = disagree(304, 'no audio over UDP/TLS/RTP/SAVPF is offered');
  for (const media of description.media) {
    if (media.type !== 'audio' || isRefused(media) || !isDtlsRtp(description, media)) continue;
    const read = readSection(description, media, codecs, from);
    if (!('kind' in read)) return read;
    reason = read;
  }
  return reason;
}

function readSection(
  description: SessionDescription,
  media: MediaDescription,
  codecs: readonly WebRtcCodec[],
  from: 'offer' | 'answer',
): RemoteAudio | Disagreement {
  const codec = chooseCodec(media, codecs);
  if (!codec) return disagree(305, `none of ${codecs.join(', ')} is offered`);
  if (!hasAttribute(media.attributes, 'rtcp-mux')) return disagree(399, 'RTP and RTCP are not on one port');
  const bundle = bundleOf(description, media);
  // The group's transport is described in its first section (RFC 9143 section 7.1.3).
  const tagged = bundle[0] ?? media;
  const transport = readTransport([tagged.attributes, media.attributes, description.attributes], from);
  return 'kind' in transport ? transport : { media, bundle, codec, transport };
}

function audioSection(media: MediaDescription, formats: Format[], direction: Direction): OpenSection {
  const { type, protocol } = media;
  const mid = midOf(media);
  const named = mid === undefined ? {} : { mid };
  return { kind: 'open', use: 'audio', type, protocol, ...named, formats, direction, mux: true };
}

/**
 * Our answer to a video section with a use; undefined if it has none, or if the offer does not allow its use.
 */
function videoSection(
  offer: SessionDescription,
  media: MediaDescription,
  bundle: readonly MediaDescription[],
  uses: VideoUses,
): OpenSection | undefined {
  const mid = midOf(media);
  const use = mid === undefined ? undefined : uses.get(mid);
  const format = bundle.includes(media) ? vp8Of(offer, media) : undefined;
  const direction = use && videoDirection(use, directionOf(offer, media));
  if (mid === undefined || !use || !format || !direction) return undefined;
  const { type, protocol } = media;
  return { kind: 'open', use, type, protocol, mid, formats: [format], direction, mux: true };
}

function refusedNow(section: OwnSection): OwnSection {
  if (section.kind === 'refused') return section;
  const { type, protocol, mid, formats } = section;
  const numbers = formats.map(({ payloadType }) => String(payloadType));
  return { kind: 'refused', type, protocol, ...(mid === undefined ? {} : { mid }), formats: numbers };
}
