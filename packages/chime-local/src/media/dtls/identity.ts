import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { systemIds } from '#platform';
import { bitString, integer, objectIdentifier, sequence, set, tagged, utcTime, utf8String } from './der.ts';

/** Who we are in DTLS: a key and a certificate that nobody but us has signed (RFC 8827 section 6.5). */
export interface DtlsIdentity {
  /** SHA-256 of the certificate as in `a=fingerprint`: upper-case hexadecimal pairs with colons (RFC 8122). */
  readonly fingerprint: string;
  /** DER. */
  readonly certificate: Buffer;
  readonly privateKey: KeyObject;
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const SERIAL_BYTES = 8;
/** Nobody looks at the dates: the fingerprint is what counts, and the key lives as long as the process. */
const NOT_BEFORE = '200101000000Z';
const NOT_AFTER = '491231235959Z';

/** Makes a certificate, and unless one is given a P-256 key. Takes about a millisecond; one a process is enough. */
export function makeDtlsIdentity(
  { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' }),
): DtlsIdentity {
  const algorithm = sequence(objectIdentifier(ECDSA_WITH_SHA256));
  // RFC 8827 section 6.5 forbids a name that tells who it is.
  const name = sequence(set(sequence(objectIdentifier(COMMON_NAME), utf8String('WebRTC'))));
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), Buffer.from(systemIds.hex(SERIAL_BYTES), 'hex')])),
    algorithm,
    name,
    sequence(utcTime(NOT_BEFORE), utcTime(NOT_AFTER)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const certificate = sequence(toBeSigned, algorithm, bitString(sign('sha256', toBeSigned, privateKey)));
  return { fingerprint: fingerprintOf(certificate, 'sha256'), certificate, privateKey };
}

/** A certificate's fingerprint in the form of RFC 8122. `hash` is Node's name of it. */
export function fingerprintOf(certificate: Uint8Array, hash: string): string {
  const digits = createHash(hash).update(certificate).digest('hex').toUpperCase();
  return digits.replace(/(..)(?=.)/g, '$1:');
}
