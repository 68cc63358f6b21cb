/**
 * Lengths of the RTP header (RFC 3550 section 5.1) and of the unencrypted part of RTCP (RFC 3711 section
 * 3.4), bytes.
 */
export const RTP_HEADER_BYTES = 12;
export const RTCP_HEADER_BYTES = 8;
/** Length of the E flag and the index that SRTCP adds, bytes. */
export const RTCP_INDEX_BYTES = 4;
/** Larger packets are refused, bytes: no datagram on today's networks is larger. */
export const MAX_PACKET_BYTES = 2_048;

/**
 * Length of an RTP packet's unencrypted part: header, CSRC list and extension. -1 if the packet is shorter.
 */
export function rtpHeaderLength(packet: Uint8Array): number {
  const first = packet[0] ?? 0;
  if (packet.length < RTP_HEADER_BYTES || first >> 6 !== 2) return -1;
  let length = RTP_HEADER_BYTES + 4 * (first & 0x0f);
  if (first & 0x10) {
    if (packet.length < length + 4) return -1;
    length += 4 + 4 * (((packet[length + 2] as number) << 8) | (packet[length + 3] as number));
  }
  return length <= packet.length ? length : -1;
}

/** Reads a 32-bit number in network byte order. */
export function uint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

export function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
