/**
 * RTP packets (RFC 3550 section 5.1), read in place and written into a buffer that the caller provides.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                             SSRC                              |
 * +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 * |                     CSRC (0 to 15 words)                      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  defined by profile (if X)    |  length in words, then words  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  payload ...           | padding (if P), last byte its length |
 * ```
 */

/** Length of the fixed header: the bytes before CSRC list, extension and payload. */
export const RTP_HEADER_BYTES = 12;
/**
 * Larger packets are refused: a second of G.711 plus header, CSRC list and extension. RFC 3551 section 4.2
 * asks receivers to accept up to 200 ms; some gateways send more, in fragments.
 */
export const MAX_RTP_BYTES = 9_216;

/** A packet's fields. `payloadStart` and `payloadEnd` point into the bytes that were read. */
export interface RtpHeader {
  marker: boolean;
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
  /** Contributing sources, 0 to 15. */
  csrcCount: number;
  /**
   * The profile word of the extension (RFC 3550 section 5.3.1; 0xBEDE is RFC 8285), or -1 if there is none.
   */
  extensionProfile: number;
  /** Range of the extension's data; empty without an extension. */
  extensionStart: number;
  extensionEnd: number;
  payloadStart: number;
  payloadEnd: number;
}

/** Creates a header object to read into; one can be reused for every packet. */
export function createRtpHeader(): RtpHeader {
  return {
    marker: false,
    payloadType: 0,
    sequenceNumber: 0,
    timestamp: 0,
    ssrc: 0,
    csrcCount: 0,
    extensionProfile: -1,
    extensionStart: 0,
    extensionEnd: 0,
    payloadStart: 0,
    payloadEnd: 0,
  };
}

/** Why bytes are not a valid RTP packet. */
export type RtpFault = 'too-short' | 'too-long' | 'wrong-version' | 'cut-off' | 'bad-padding';

/**
 * Reads a packet's header into `into`, without allocating.
 * @returns undefined if it is well-formed, otherwise what is wrong (then `into` must not be used).
 */
export function readRtpHeader(bytes: Uint8Array, into: RtpHeader): RtpFault | undefined {
  if (bytes.length < RTP_HEADER_BYTES) return 'too-short';
  if (bytes.length > MAX_RTP_BYTES) return 'too-long';
  const first = bytes[0]!;
  const second = bytes[1]!;
  if (first >> 6 !== 2) return 'wrong-version';
  into.marker = second >= 0x80;
  into.payloadType = second & 0x7f;
  into.sequenceNumber = (bytes[2]! << 8) | bytes[3]!;
  into.timestamp = uint32(bytes, 4);
  into.ssrc = uint32(bytes, 8);
  into.csrcCount = first & 0x0f;
  let at = RTP_HEADER_BYTES + 4 * into.csrcCount;
  into.extensionProfile = -1;
  into.extensionStart = at;
  into.extensionEnd = at;
  if (first & 0x10) {
    if (at + 4 > bytes.length) return 'cut-off';
    into.extensionProfile = (bytes[at]! << 8) | bytes[at + 1]!;
    into.extensionStart = at + 4;
    into.extensionEnd = at + 4 + 4 * ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    at = into.extensionEnd;
  }
  if (at > bytes.length) return 'cut-off';
  const padding = first & 0x20 ? bytes[bytes.length - 1]! : 0;
  if (first & 0x20 && (padding === 0 || at + padding > bytes.length)) return 'bad-padding';
  into.payloadStart = at;
  into.payloadEnd = bytes.length - padding;
  return undefined;
}

/** The fields of a packet without CSRC list, extension and padding. */
export interface RtpFields {
  marker: boolean;
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
}

/** Writes the twelve bytes of a plain header at the start of `bytes`; the payload follows at byte 12. */
export function writeRtpHeader(bytes: Uint8Array, fields: RtpFields): void {
  bytes[0] = 0x80;
  bytes[1] = (fields.marker ? 0x80 : 0) | (fields.payloadType & 0x7f);
  bytes[2] = fields.sequenceNumber >> 8;
  bytes[3] = fields.sequenceNumber;
  putUint32(bytes, 4, fields.timestamp);
  putUint32(bytes, 8, fields.ssrc);
}

/**
 * Writes a whole packet into a new buffer, including the parts that `writeRtpHeader` leaves out. For tests
 * and tools.
 */
export function writeRtpPacket(
  packet: RtpFields & {
    payload: Uint8Array;
    csrcs?: readonly number[];
    /** `data` is padded with zeros to whole words. */
    extension?: { profile: number; data: Uint8Array };
    /** Number of padding bytes, 0 to 255. */
    padding?: number;
  },
): Uint8Array {
  const csrcs = packet.csrcs ?? [];
  const words = packet.extension ? Math.ceil(packet.extension.data.length / 4) : 0;
  const padding = packet.padding ?? 0;
  const payloadAt = RTP_HEADER_BYTES + 4 * csrcs.length + (packet.extension ? 4 + 4 * words : 0);
  const bytes = new Uint8Array(payloadAt + packet.payload.length + padding);
  writeRtpHeader(bytes, packet);
  bytes[0] = 0x80 | (padding ? 0x20 : 0) | (packet.extension ? 0x10 : 0) | csrcs.length;
  csrcs.forEach((csrc, i) => {
    putUint32(bytes, RTP_HEADER_BYTES + 4 * i, csrc);
  });
  if (packet.extension) {
    const at = RTP_HEADER_BYTES + 4 * csrcs.length;
    putUint32(bytes, at, packet.extension.profile * 65_536 + words);
    bytes.set(packet.extension.data, at + 4);
  }
  bytes.set(packet.payload, payloadAt);
  if (padding) bytes[bytes.length - 1] = padding;
  return bytes;
}

/**
 * Whether a packet on a port shared by RTP and RTCP is RTCP: its second byte lies in 192 to 223
 * (RFC 5761 section 4), which RTP payload types then do not use.
 */
export function looksLikeRtcp(bytes: Uint8Array): boolean {
  const second = bytes.length > 1 ? bytes[1]! : 0;
  return second >= 192 && second <= 223;
}

/** Reads four bytes, big-endian, as a number from 0 to 2^32 - 1. */
export function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Writes the low 32 bits of `value`, big-endian. */
export function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
