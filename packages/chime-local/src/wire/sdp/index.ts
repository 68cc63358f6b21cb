/**
 * Public interface of the SDP folder: session descriptions (RFC 8866), offer/answer (RFC 3264), without I/O.
 */
export { type AgreedAudio, type Disagreement, Negotiation } from './offer-answer.ts';
export { parseSessionDescription } from './parse-session-description.ts';
export type {
  MediaDescription,
  SessionDescription,
} from './session-description.ts';
export { type AgreedWebRtc, WebRtcNegotiation } from './web-rtc.ts';
export type { WebRtcCodec } from './web-rtc-codecs.ts';
export type { OfferedVideo } from './web-rtc-offered-video.ts';
export type { VideoUse, VideoUses } from './web-rtc-video.ts';
