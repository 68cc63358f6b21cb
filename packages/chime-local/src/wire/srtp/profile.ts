/**
 * The supported protection profiles, with their names from RFC 5764 section 4.1.2 and RFC 7714 section 14.2.
 */
export type SrtpProfileName = 'SRTP_AES128_CM_HMAC_SHA1_80' | 'SRTP_AEAD_AES_128_GCM';

export interface SrtpProfile {
  name: SrtpProfileName;
  /** The number in the `use_srtp` extension of DTLS. */
  id: number;
  /** Lengths of the master key and the master salt, bytes. */
  keyLength: number;
  saltLength: number;
}

/**
 * The profiles in our order of preference. Measured for a packet of 160 bytes of sound: AES-CM with SHA-1
 * takes 3.5 µs in each direction, AES-GCM 8 to 9 µs. Node's GCM needs a new cipher object for each packet,
 * which costs more than the arithmetic.
 */
export const SRTP_PROFILES: readonly SrtpProfile[] = [
  { name: 'SRTP_AES128_CM_HMAC_SHA1_80', id: 0x0001, keyLength: 16, saltLength: 14 },
  { name: 'SRTP_AEAD_AES_128_GCM', id: 0x0007, keyLength: 16, saltLength: 12 },
];

/** The master key and salt of one direction. */
export interface SrtpMasterKey {
  key: Uint8Array;
  salt: Uint8Array;
}
