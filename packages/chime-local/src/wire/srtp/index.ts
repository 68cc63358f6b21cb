/** The front door of SRTP: protecting and opening RTP and RTCP packets (RFC 3711, RFC 7714). */
export { SRTP_PROFILES, type SrtpMasterKey, type SrtpProfile } from './profile.ts';
export { SrtpReceiver } from './srtp-receiver.ts';
export { SrtpSender } from './srtp-sender.ts';
