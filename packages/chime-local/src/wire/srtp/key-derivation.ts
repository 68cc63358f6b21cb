import { createCipheriv } from 'node:crypto';
import type { SrtpMasterKey, SrtpProfile } from './profile.ts';

/** What the derived bytes are for (RFC 3711 section 4.3.2). RTCP's are three above RTP's. */
const KEY_LABEL = { encryption: 0, authentication: 1, salt: 2 } as const;
const RTCP_LABELS = 3;

/** Length of the salt that the derivation works on, bytes. Shorter salts are padded with zeros (RFC 7714 section 11). */
const DERIVATION_SALT_BYTES = 14;
/** Where the label is added to the salt: the key derivation rate is 0, so 48 bits of zeros follow it. */
const LABEL_OFFSET = 7;

/** What one direction's RTP, or RTCP, is encrypted and signed with. */
export interface SessionKeys {
  encryption: Buffer;
  /** Not needed where encryption signs, too. */
  authentication: Buffer;
  salt: Buffer;
}

/** Length of the key of HMAC-SHA1 (RFC 3711 section 5, table 1), bytes. */
const AUTHENTICATION_BYTES = 20;

/**
 * The session keys of a master key.
 * @throws {RangeError} when key or salt is not of the profile's length.
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

/** Derives session key material from a master key: AES in counter mode, RFC 3711 section 4.3.3. */
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
