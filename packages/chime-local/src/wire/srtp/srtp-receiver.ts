import { createPacketCiphers } from './create-packet-ciphers.ts';
import { MAX_PACKET_BYTES, RTCP_HEADER_BYTES, RTCP_INDEX_BYTES, rtpHeaderLength, uint32 } from './headers.ts';
import { ENCRYPTED, type PacketCipher } from './packet-cipher.ts';
import { indexOf, MAX_INDEX } from './packet-index.ts';
import type { SrtpMasterKey, SrtpProfile } from './profile.ts';
import { ReplayWindow } from './replay-window.ts';

/** Number of streams of a far end. Only its own genuine packets start one, so nobody else can use them up. */
export const MAX_STREAMS = 64;
/**
 * Distance of the index from the end of an SRTCP packet, bytes: AES-CM puts the tag after it, GCM before it.
 */
const CM_INDEX_FROM_END = 14;

/** Verifies and decrypts the packets of the far end (RFC 3711). Each packet is accepted only once. */
export class SrtpReceiver {
  readonly #rtp: PacketCipher;
  readonly #rtcp: PacketCipher;
  readonly #rtpStreams = new Map<number, ReplayWindow>();
  readonly #rtcpStreams = new Map<number, ReplayWindow>();
  readonly #indexFromEnd: number;

  /** @throws {RangeError} if key or salt does not have the profile's length. */
  constructor(profile: SrtpProfile, master: SrtpMasterKey) {
    ({ rtp: this.#rtp, rtcp: this.#rtcp } = createPacketCiphers(profile, master));
    this.#indexFromEnd = profile.name === 'SRTP_AEAD_AES_128_GCM' ? RTCP_INDEX_BYTES : CM_INDEX_FROM_END;
  }

  /** Returns the RTP packet, decrypted in place. Undefined if it is forged, damaged, too old or repeated. */
  unprotectRtp(packet: Buffer): Buffer | undefined {
    const headerLength = rtpHeaderLength(packet);
    if (headerLength < 0 || packet.length > MAX_PACKET_BYTES) return undefined;
    const ssrc = uint32(packet, 8);
    const window = this.#rtpStreams.get(ssrc);
    const sequenceNumber = ((packet[2] as number) << 8) | (packet[3] as number);
    const index = indexOf(sequenceNumber, window?.highest ?? -1);
    if (index > MAX_INDEX || window?.allows(index) === false) return undefined;
    const plain = this.#rtp.open(packet, headerLength, ssrc, index);
    return plain && note(this.#rtpStreams, window, ssrc, index) ? plain : undefined;
  }

  /**
   * Does the same for an RTCP compound packet. An unencrypted one is refused: no implementation sends it with
   * these profiles.
   */
  unprotectRtcp(packet: Buffer): Buffer | undefined {
    const indexAt = packet.length - this.#indexFromEnd;
    if (indexAt < RTCP_HEADER_BYTES || packet.length > MAX_PACKET_BYTES) return undefined;
    const word = uint32(packet, indexAt);
    if (word < ENCRYPTED) return undefined;
    const index = word - ENCRYPTED;
    const ssrc = uint32(packet, 4);
    const window = this.#rtcpStreams.get(ssrc);
    if (window?.allows(index) === false) return undefined;
    const plain = this.#rtcp.open(packet, RTCP_HEADER_BYTES, ssrc, index);
    return plain && note(this.#rtcpStreams, window, ssrc, index) ? plain : undefined;
  }
}

/** Records a genuine packet; the first one starts its stream. Returns false if there are too many streams. */
function note(
  streams: Map<number, ReplayWindow>,
  window: ReplayWindow | undefined,
  ssrc: number,
  index: number,
): boolean {
  let noted = window;
  if (!noted) {
    if (streams.size >= MAX_STREAMS) return false;
    noted = new ReplayWindow();
    streams.set(ssrc, noted);
  }
  noted.take(index);
  return true;
}
