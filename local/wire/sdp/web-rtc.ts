import type { Disagreement } from './offer-answer.ts';
import type { Direction, SessionDescription } from './session-description.ts';

/** Our end of a WebRTC connection: ICE-lite with one host candidate, DTLS server, all on one port. */
export interface LocalWebRtcAudio {
  address: string;
  port: number;
  iceUfrag: string;
  icePwd: string;
  /** SHA-256, upper-case hexadecimal pairs with colons. */
  fingerprint: string;
}

export type WebRtcCodec = 'opus' | 'PCMU' | 'PCMA';

/** What an exchange agreed on. */
export interface AgreedWebRtc {
  codec: WebRtcCodec;
  payloadType: number;
  /** telephone-event at the codec's clock rate (8000 for G.711, 48000 for Opus). */
  dtmfPayloadType?: number;
  /** Seen from us. */
  direction: Direction;
  iceUfrag: string;
  fingerprints: { hash: string; value: string }[];
}

/** Our side of the WebRTC offer/answer exchanges of one connection: RFC 8829, 8839, 8842, 8843. */
export interface WebRtcExchange {
  /** Answers an offer, the first or a later one. Sections that are not audio, or a second audio, are answered `inactive` with a non-zero port where the offer's port is non-zero. On disagreement nothing changes. */
  answer(offer: SessionDescription): { body: Buffer; agreed: AgreedWebRtc } | Disagreement;
  /** Offers audio with the codecs in our order of preference; read its answer with `readAnswer`. */
  offer(direction?: Direction): Buffer;
  readAnswer(answer: SessionDescription): { agreed: AgreedWebRtc } | Disagreement;
}
