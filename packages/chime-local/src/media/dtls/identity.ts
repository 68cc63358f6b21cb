import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { systemIds } from '#platform';
import {
  bitString,
  der,
  integer,
  objectIdentifier,
  sequence,
  set,
  tagged,
  utcTime,
  utf8String,
} from './der.ts';

/** Our identity in DTLS: a key and a self-signed certificate (RFC 8827 section 6.5). */
export interface DtlsIdentity {
  /** SHA-256 of the certificate as in `a=fingerprint`: upper-case hexadecimal pairs with colons (RFC 8122). */
  readonly fingerprint: string;
  /** DER. */
  readonly certificate: Buffer;
  readonly privateKey: KeyObject;
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
/** Tags of RFC 5280's GeneralName, and the tag of an octet string. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const OCTET_STRING = 0x04;
const SERIAL_BYTES = 8;
/** Nobody checks the dates: the fingerprint is what counts, and the key lives as long as the process. */
const NOT_BEFORE = '200101000000Z';
const NOT_AFTER = '491231235959Z';

/**
 * Makes a certificate, and a P-256 key unless one is given. This takes about a millisecond; one per process
 * is enough.
 */
export function createDtlsIdentity(keys = createKeys()): DtlsIdentity {
  // RFC 8827 section 6.5 forbids a name that identifies the user.
  const certificate = selfSigned('WebRTC', [], keys);
  return { fingerprint: fingerprintOf(certificate, 'sha256'), certificate, privateKey: keys.privateKey };
}

/**
 * A certificate and its key, PEM, for our own servers at these host names and IP addresses (RFC 5280 section
 * 4.2.1.6).
 */
export function createServerCertificate(hosts: readonly string[]): { cert: string; key: string } {
  const keys = createKeys();
  return asPem(selfSigned(hosts[0] ?? 'localhost', hosts, keys), keys);
}

/** A certificate and its key as PEM (RFC 7468). */
export function asPem(certificate: Buffer, { privateKey }: Keys): { cert: string; key: string } {
  const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

export interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function createKeys(): Keys {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** A self-signed certificate, with a subject alternative name if there are hosts. */
function selfSigned(commonName: string, hosts: readonly string[], keys: Keys): Buffer {
  const extensions = hosts.length > 0 ? [alternativeNames(hosts)] : [];
  const { publicKey, privateKey } = keys;
  return signedCertificate({ subject: commonName, issuer: commonName, publicKey, privateKey, extensions });
}

/** Creates an X.509 version 3 certificate (RFC 5280), DER. `privateKey` is the issuer's. */
export function signedCertificate(parts: {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
  extensions: readonly Buffer[];
}): Buffer {
  const algorithm = sequence(objectIdentifier(ECDSA_WITH_SHA256));
  const name = (text: string): Buffer =>
    sequence(set(sequence(objectIdentifier(COMMON_NAME), utf8String(text))));
  const { extensions } = parts;
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), Buffer.from(systemIds.hex(SERIAL_BYTES), 'hex')])),
    algorithm,
    name(parts.issuer),
    sequence(utcTime(NOT_BEFORE), utcTime(NOT_AFTER)),
    name(parts.subject),
    parts.publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [tagged(3, sequence(...extensions))] : []),
  );
  return sequence(toBeSigned, algorithm, bitString(sign('sha256', toBeSigned, parts.privateKey)));
}

export function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIP(host) === 0 ? der(DNS_NAME, Buffer.from(host)) : der(IP_ADDRESS, bytesOf(host)),
  );
  return sequence(objectIdentifier(SUBJECT_ALTERNATIVE_NAME), der(OCTET_STRING, sequence(...names)));
}

/** The 4 or 16 bytes of an IP address. */
function bytesOf(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const before = groups(head);
  const after = groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const all = [...before, ...zeros, ...after].map((group) => group.padStart(4, '0'));
  return Buffer.from(all.join(''), 'hex');
}

/** A certificate's fingerprint in the form of RFC 8122. `hash` is its name in Node. */
export function fingerprintOf(certificate: Uint8Array, hash: string): string {
  const digits = createHash(hash).update(certificate).digest('hex').toUpperCase();
  return digits.replace(/(..)(?=.)/g, '$1:');
}
