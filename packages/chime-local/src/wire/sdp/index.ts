/** The front door of SDP: session descriptions (RFC 8866) and offer/answer (RFC 3264), without input or output. */
export type { AudioCodec } from './audio-formats.ts';
export { type AgreedAudio, type Disagreement, type LocalAudio, Negotiation } from './offer-answer.ts';
export { parseSessionDescription, type SdpParseResult } from './parse-session-description.ts';
export type {
  Attribute,
  Connection,
  Direction,
  MediaDescription,
  Origin,
  SessionDescription,
} from './session-description.ts';
export { type AgreedWebRtc, type WebRtcExchange, WebRtcNegotiation } from './web-rtc.ts';
export type { WebRtcCodec } from './web-rtc-codecs.ts';
export type { OfferedVideo } from './web-rtc-offered-video.ts';
export type { Fingerprint, LocalWebRtcAudio } from './web-rtc-transport.ts';
export type { VideoUse, VideoUses } from './web-rtc-video.ts';
