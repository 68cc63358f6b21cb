/**
 * One direction's keys for RTP, or for RTCP, at work. Both methods keep the packet's header readable; `trailer` is the
 * roll-over counter for RTP (known to both ends, never sent) and the E flag with the index for RTCP (sent).
 */
export interface PacketCipher {
  /** Bytes that `seal` adds. */
  readonly overhead: number;
  /** Encrypts and signs. The result is overwritten by the fourth call after this one. */
  seal(packet: Uint8Array, headerLength: number, ssrc: number, index: number): Buffer;
  /**
   * Checks and decrypts in place.
   * @returns the packet as it was before `seal`; undefined when it is not genuine, and then it is untouched.
   */
  open(packet: Buffer, headerLength: number, ssrc: number, index: number): Buffer | undefined;
}

/** The flag of SRTCP that says "encrypted" (RFC 3711 section 3.4). */
export const ENCRYPTED = 0x8000_0000;
/** Results of `seal` that stay valid side by side: a datagram may still wait in the socket's queue. */
export const RESULTS_KEPT = 4;
