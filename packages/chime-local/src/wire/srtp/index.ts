/** Public interface of the SRTP folder: protects and opens RTP and RTCP packets (RFC 3711, RFC 7714). */
export { SRTP_PROFILES, type SrtpMasterKey, type SrtpProfile } from './profile.ts';
export { SrtpReceiver } from './srtp-receiver.ts';
export { SrtpSender } from './srtp-sender.ts';
