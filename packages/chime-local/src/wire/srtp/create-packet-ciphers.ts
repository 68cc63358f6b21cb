import { AesCmCipher } from './aes-cm-cipher.ts';
import { AesGcmCipher } from './aes-gcm-cipher.ts';
import { deriveSessionKeys } from './key-derivation.ts';
import type { PacketCipher } from './packet-cipher.ts';
import type { SrtpMasterKey, SrtpProfile } from './profile.ts';

/** @throws {RangeError} if key or salt does not have the profile's length. */
export function createPacketCiphers(
  profile: SrtpProfile,
  master: SrtpMasterKey,
): { rtp: PacketCipher; rtcp: PacketCipher } {
  const Cipher = profile.name === 'SRTP_AEAD_AES_128_GCM' ? AesGcmCipher : AesCmCipher;
  return {
    rtp: new Cipher(deriveSessionKeys(profile, master, 'rtp'), false),
    rtcp: new Cipher(deriveSessionKeys(profile, master, 'rtcp'), true),
  };
}
