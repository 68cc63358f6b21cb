import { fingerprintOf } from './identity.ts';

/**
 * Hashes that may vouch for a certificate, by their name in SDP (RFC 8122 section 5), the preferred first. SHA-1 does
 * not any more.
 */
const HASHES = [
  { name: 'sha-512', ours: 'sha512' },
  { name: 'sha-384', ours: 'sha384' },
  { name: 'sha-256', ours: 'sha256' },
] as const;

export interface Fingerprint {
  hash: string;
  value: string;
}

/**
 * Whether a certificate is the one that was announced. Of the hashes only the one that we prefer counts (RFC 8122
 * section 5.1), so that a weaker one is no way around it; of that one any fingerprint may be the certificate's.
 */
export function isAnnounced(certificate: Uint8Array, announced: readonly Fingerprint[]): boolean {
  const ofHash = (name: string) => announced.filter(({ hash }) => hash.toLowerCase() === name);
  const preferred = HASHES.find(({ name }) => ofHash(name).length > 0);
  if (!preferred) return false;
  const expected = fingerprintOf(certificate, preferred.ours);
  return ofHash(preferred.name).some(({ value }) => value.toUpperCase() === expected);
}
