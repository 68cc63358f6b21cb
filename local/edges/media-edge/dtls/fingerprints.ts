import { fingerprintOf } from './identity.ts';

/** Hashes that may vouch for a certificate, by their name in SDP (RFC 8122 section 5). SHA-1 does not any more. */
const HASHES = new Map([
  ['sha-256', 'sha256'],
  ['sha-384', 'sha384'],
  ['sha-512', 'sha512'],
]);

export interface Fingerprint {
  hash: string;
  value: string;
}

/** Whether a certificate is the one that was announced: it matches one of the fingerprints whose hash we trust. */
export function isAnnounced(certificate: Uint8Array, announced: readonly Fingerprint[]): boolean {
  return announced.some(({ hash, value }) => {
    const name = HASHES.get(hash.toLowerCase());
    return name !== undefined && fingerprintOf(certificate, name) === value.toUpperCase();
  });
}
