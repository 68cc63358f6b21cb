import { createPacketCiphers } from './create-packet-ciphers.ts';
import { MAX_PACKET_BYTES, RTCP_HEADER_BYTES, rtpHeaderLength, uint32 } from './headers.ts';
import type { PacketCipher } from './packet-cipher.ts';
import { indexOf, MAX_INDEX } from './packet-index.ts';
import type { SrtpMasterKey, SrtpProfile } from './profile.ts';

/** The SRTCP index has 31 bits. */
export const MAX_RTCP_INDEX = 2 ** 31 - 1;

/** Protects the packets that we send (RFC 3711): any number of streams, and each packet only once. */
export class SrtpSender {
  readonly #rtp: PacketCipher;
  readonly #rtcp: PacketCipher;
  /** The highest index sent, by SSRC. */
  readonly #highest = new Map<number, number>();
  #rtcpIndex = 0;

  /** @throws {RangeError} if key or salt does not have the profile's length. */
  constructor(profile: SrtpProfile, master: SrtpMasterKey) {
    ({ rtp: this.#rtp, rtcp: this.#rtcp } = createPacketCiphers(profile, master));
  }

  /**
   * Returns the RTP packet as it is sent; the fourth call after this one overwrites it. Undefined if it is
   * not an RTP packet, or not newer than the last one: two packets with one index would reveal the sound.
   */
  protectRtp(packet: Uint8Array): Buffer | undefined {
    const headerLength = rtpHeaderLength(packet);
    if (headerLength < 0 || packet.length > MAX_PACKET_BYTES) return undefined;
    const ssrc = uint32(packet, 8);
    const highest = this.#highest.get(ssrc) ?? -1;
    const index = indexOf(((packet[2] as number) << 8) | (packet[3] as number), highest);
    if (index <= highest || index > MAX_INDEX) return undefined;
    this.#highest.set(ssrc, index);
    return this.#rtp.seal(packet, headerLength, ssrc, index);
  }

  /** Does the same for an RTCP compound packet. */
  protectRtcp(packet: Uint8Array): Buffer | undefined {
    if (packet.length < RTCP_HEADER_BYTES || packet.length > MAX_PACKET_BYTES) return undefined;
    if (this.#rtcpIndex >= MAX_RTCP_INDEX) return undefined;
    return this.#rtcp.seal(packet, RTCP_HEADER_BYTES, uint32(packet, 4), ++this.#rtcpIndex);
  }
}
