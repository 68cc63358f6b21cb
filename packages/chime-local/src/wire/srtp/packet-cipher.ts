/**
 * Encrypts and decrypts the RTP, or the RTCP, of one direction. The packet's header remains readable.
 * Authentication also covers the roll-over counter for RTP (known to both ends, never sent) and the E flag
 * with the index for RTCP (sent).
 */
export interface PacketCipher {
  /** Number of bytes that `seal` adds. */
  readonly overhead: number;
  /** Encrypts and authenticates a packet. The fourth call after this one overwrites the result. */
  seal(packet: Uint8Array, headerLength: number, ssrc: number, index: number): Buffer;
  /**
   * Verifies and decrypts a packet in place.
   * @returns the packet as it was before `seal`; undefined if it is not genuine, and then it is unchanged.
   */
  open(packet: Buffer, headerLength: number, ssrc: number, index: number): Buffer | undefined;
}

/** The SRTCP flag for "encrypted" (RFC 3711 section 3.4). */
export const ENCRYPTED = 0x8000_0000;
/** Number of results of `seal` that remain valid at once: a datagram may still be in the socket's queue. */
export const RESULTS_KEPT = 4;
