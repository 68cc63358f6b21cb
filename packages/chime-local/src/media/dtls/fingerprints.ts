import { fingerprintOf } from './identity.ts';

/**
 * Hashes that may vouch for a certificate, by their names in SDP (RFC 8122 section 5), the preferred first.
 * SHA-1 is no longer accepted.
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
 * Whether a certificate is the one that was announced. Only the most preferred of the announced hashes counts
 * (RFC 8122 section 5.1), so that a weaker one cannot bypass it; any fingerprint of that hash may match.
 */
export function isAnnounced(certificate: Uint8Array, announced: readonly Fingerprint[]): boolean {
  const ofHash = (name: string) => announced.filter(({ hash }) => hash.toLowerCase() === name);
  const preferred = HASHES.find(({ name }) => ofHash(name).length > 0);
  if (!preferred) return false;
  const expected = fingerprintOf(certificate, preferred.ours);
  return ofHash(preferred.name).some(({ value }) => value.toUpperCase() === expected);
}
