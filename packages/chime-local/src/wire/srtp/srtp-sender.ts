import { createPacketCiphers } from './create-packet-ciphers.ts';
import { MAX_PACKET_BYTES, RTCP_HEADER_BYTES, rtpHeaderLength, uint32 } from './headers.ts';
import type { PacketCipher } from './packet-cipher.ts';
import { indexOf, MAX_INDEX } from './packet-index.ts';
import type { SrtpMasterKey, SrtpProfile } from './profile.ts';

/** The index of SRTCP has 31 bits. */
export const MAX_RTCP_INDEX = 2 ** 31 - 1;

/** What we send, protected (RFC 3711). Any number of our own streams; each packet once. */
export class SrtpSender {
  readonly #rtp: PacketCipher;
  readonly #rtcp: PacketCipher;
  /** The highest index sent, by SSRC. */
  readonly #highest = new Map<number, number>();
  #rtcpIndex = 0;

  /** @throws {RangeError} when key or salt is not of the profile's length. */
  constructor(profile: SrtpProfile, master: SrtpMasterKey) {
    ({ rtp: this.#rtp, rtcp: this.#rtcp } = createPacketCiphers(profile, master));
  }

  /**
   * An RTP packet in the form in which it is sent; overwritten by the fourth call after this one. Undefined when it
   * is no RTP packet, or is not newer than what was sent: two packets under one index would give the sound away.
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

  /** The same for an RTCP compound. */
  protectRtcp(packet: Uint8Array): Buffer | undefined {
    if (packet.length < RTCP_HEADER_BYTES || packet.length > MAX_PACKET_BYTES) return undefined;
    if (this.#rtcpIndex >= MAX_RTCP_INDEX) return undefined;
    return this.#rtcp.seal(packet, RTCP_HEADER_BYTES, uint32(packet, 4), ++this.#rtcpIndex);
  }
}
