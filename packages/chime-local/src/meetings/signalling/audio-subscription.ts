import type { LegMedia, LocalMedia } from '#media-edge';
import type { Ids } from '#platform';
import {
  type AgreedWebRtc,
  type OfferedVideo,
  parseSessionDescription,
  type SessionDescription,
  type VideoUses,
  type WebRtcCodec,
  WebRtcNegotiation,
} from '#sdp';

export type SubscribeOutcome =
  | { readonly kind: 'answered'; readonly sdp: string }
  /** The offer is at fault. */
  | { readonly kind: 'refused'; readonly why: string }
  /** No port is free, which is our fault. */
  | { readonly kind: 'unavailable'; readonly why: string }
  /** The subscription was closed meanwhile. */
  | { readonly kind: 'closed' };

/** Meeting clients hear and speak in the full band. */
const CODECS: readonly WebRtcCodec[] = ['opus'];
/** Session ids of SDP are decimal numbers; this many are enough for one machine. */
const SESSION_IDS = 2 ** 47;

/** A client's media leg and its session descriptions, from the first offer to the last. */
export class AudioSubscription {
  readonly #legId: string;
  readonly #media: LegMedia;
  readonly #ids: Ids;
  #negotiation: WebRtcNegotiation | undefined;
  #opened = false;
  #closed = false;

  constructor(legId: string, media: LegMedia, ids: Ids) {
    this.#legId = legId;
    this.#media = media;
    this.#ids = ids;
  }

  /**
   * Answers an offer; the leg is opened with the first valid one. Only one call at a time.
   * @param video says what the offer's video sections are for; called when the answer is made.
   */
  async answer(offer: string, video: (offered: OfferedVideo[]) => VideoUses): Promise<SubscribeOutcome> {
    const parsed = parseSessionDescription(Buffer.from(offer));
    if (parsed.kind === 'malformed') return { kind: 'refused', why: parsed.text };
    const { description } = parsed;
    if (!this.#negotiation) {
      const fault = WebRtcNegotiation.judge(description, CODECS);
      if (fault) return { kind: 'refused', why: fault.text };
      try {
        this.#opened = true;
        const kind = { transport: 'webrtc', band: 'full' } as const;
        this.#negotiation = this.#negotiate(await this.#media.openLeg(this.#legId, kind));
      } catch (error) {
        return { kind: 'unavailable', why: error instanceof Error ? error.message : String(error) };
      }
    }
    return this.#closed ? { kind: 'closed' } : this.#answerNow(this.#negotiation, description, video);
  }

  /** Closes the leg. */
  close(): void {
    if (this.#opened) this.#media.closeLeg(this.#legId);
    this.#closed = true;
  }

  #answerNow(
    negotiation: WebRtcNegotiation,
    offer: SessionDescription,
    video: (offered: OfferedVideo[]) => VideoUses,
  ): SubscribeOutcome {
    const result = negotiation.answer(offer, video(WebRtcNegotiation.offeredVideo(offer, CODECS)));
    if ('kind' in result) return { kind: 'refused', why: result.text };
    this.#connect(result.agreed);
    return { kind: 'answered', sdp: result.body.toString() };
  }

  #negotiate(local: LocalMedia): WebRtcNegotiation {
    // The subscription was closed before the leg was open, so the leg is closed now.
    if (this.#closed) this.#media.closeLeg(this.#legId);
    if (!local.webRtc) throw new Error('The media edge opened a leg without WebRTC.');
    const { address, rtpPort: port, webRtc } = local;
    return new WebRtcNegotiation(
      { address, port, ...webRtc },
      String(this.#ids.integer(SESSION_IDS)),
      CODECS,
    );
  }

  #connect({ payloadType, dtmfPayloadType, direction, iceUfrag, fingerprints }: AgreedWebRtc): void {
    this.#media.connectLeg(this.#legId, {
      // The far end's ICE checks show its address.
      address: '',
      rtpPort: 0,
      rtcpPort: 0,
      codec: 'opus',
      payloadType,
      ...(dtmfPayloadType === undefined ? {} : { dtmfPayloadType }),
      direction,
      webRtc: { iceUfrag, fingerprints },
    });
  }
}
