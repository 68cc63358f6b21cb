import { createCipheriv } from 'node:crypto';
import type { SrtpMasterKey, SrtpProfile } from './profile.ts';

/** The purposes of derived keys (RFC 3711 section 4.3.2). The labels of RTCP are three above those of RTP. */
const KEY_LABEL = { encryption: 0, authentication: 1, salt: 2 } as const;
const RTCP_LABELS = 3;

/** Length of the derivation's salt, bytes. Shorter salts are padded with zeros (RFC 7714 section 11). */
const DERIVATION_SALT_BYTES = 14;
/** Position of the label in the salt: the key derivation rate is 0, so 48 bits of zeros follow it. */
const LABEL_OFFSET = 7;

/** The keys with which the RTP or RTCP of one direction is encrypted and authenticated. */
export interface SessionKeys {
  encryption: Buffer;
  /** Not needed if the cipher also authenticates. */
  authentication: Buffer;
  salt: Buffer;
}

/** Length of the key of HMAC-SHA1 (RFC 3711 section 5, table 1), bytes. */
const AUTHENTICATION_BYTES = 20;

/**
 * Derives the session keys from a master key.
 * @throws {RangeError} if key or salt does not have the profile's length.
 */
export function deriveSessionKeys(
  profile: SrtpProfile,
  master: SrtpMasterKey,
  kind: 'rtp' | 'rtcp',
): SessionKeys {
  checkMasterKey(profile, master);
  const labels = kind === 'rtcp' ? RTCP_LABELS : 0;
  return {
    encryption: deriveSessionKey(master, labels + KEY_LABEL.encryption, profile.keyLength),
    authentication: deriveSessionKey(master, labels + KEY_LABEL.authentication, AUTHENTICATION_BYTES),
    salt: deriveSessionKey(master, labels + KEY_LABEL.salt, profile.saltLength),
  };
}

/** Derives one session key from a master key: AES in counter mode (RFC 3711 section 4.3.3). */
export function deriveSessionKey(master: SrtpMasterKey, label: number, length: number): Buffer {
  const iv = Buffer.alloc(DERIVATION_SALT_BYTES + 2);
  iv.set(master.salt);
  iv[LABEL_OFFSET] = (iv[LABEL_OFFSET] ?? 0) ^ label;
  return createCipheriv('aes-128-ctr', master.key, iv).update(Buffer.alloc(length));
}

function checkMasterKey(profile: SrtpProfile, master: SrtpMasterKey): void {
  const { name, keyLength, saltLength } = profile;
  if (master.key.length === keyLength && master.salt.length === saltLength) return;
  throw new RangeError(
    `${name} takes a key of ${keyLength} and a salt of ${saltLength} bytes; ` +
      `got ${master.key.length} and ${master.salt.length}`,
  );
}
