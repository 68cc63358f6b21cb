import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { bitString, der, objectIdentifier, sequence } from './der.ts';
import { alternativeNames, asPem, createKeys, type Keys, signedCertificate } from './identity.ts';

/** A certificate and its key, PEM. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/**
 * Signs certificates for our own servers that answer under other parties' names. Only programs that are told
 * to trust it do.
 */
export interface CertificateAuthority extends PemPair {
  /** A certificate for one host name. */
  certificateFor(host: string): PemPair;
}

const NAME = 'chime-local';
/** Object identifiers of the extensions (RFC 5280 section 4.2.1). */
const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';
const KEY_USAGE = '2.5.29.15';
const BASIC_CONSTRAINTS = '2.5.29.19';
const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';
/** `keyCertSign` and `cRLSign`: bits 5 and 6; one bit of the byte is unused. */
const MAY_SIGN = der(0x03, Buffer.from([1, 0x06]));
const TRUE = der(0x01, Buffer.from([0xff]));

/** @param kept what an earlier run has stored; without it a new authority is made. */
export function createCertificateAuthority(kept?: PemPair): CertificateAuthority {
  const keys = kept ? keysOf(kept.key) : createKeys();
  const identifier = identifierOf(keys);
  const { cert, key } = kept ?? asPem(ownCertificate(keys, identifier), keys);
  // All hosts share one key: their certificates differ in the name.
  const hostKeys = createKeys();
  const authorityKey = extension(AUTHORITY_KEY_IDENTIFIER, sequence(der(0x80, identifier)));
  const hostIdentifier = extension(SUBJECT_KEY_IDENTIFIER, der(0x04, identifierOf(hostKeys)));
  return {
    cert,
    key,
    certificateFor(host) {
      const certificate = signedCertificate({
        subject: NAME,
        issuer: NAME,
        publicKey: hostKeys.publicKey,
        privateKey: keys.privateKey,
        extensions: [alternativeNames([host]), authorityKey, hostIdentifier],
      });
      return asPem(certificate, hostKeys);
    },
  };
}

/** Whether a certificate and a key are readable and belong together. */
export function isPair({ cert, key }: PemPair): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function keysOf(key: string): Keys {
  const privateKey = createPrivateKey(key);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

function ownCertificate({ publicKey, privateKey }: Keys, identifier: Buffer): Buffer {
  return signedCertificate({
    subject: NAME,
    issuer: NAME,
    publicKey,
    privateKey,
    extensions: [
      extension(BASIC_CONSTRAINTS, sequence(TRUE), TRUE),
      extension(KEY_USAGE, MAY_SIGN, TRUE),
      extension(SUBJECT_KEY_IDENTIFIER, der(0x04, identifier)),
    ],
  });
}

/** The key identifier of a public key (RFC 5280 section 4.2.1.2). */
const identifierOf = ({ publicKey }: Keys): Buffer =>
  createHash('sha1')
    .update(bitString(publicKey.export({ type: 'spki', format: 'der' })))
    .digest();

const extension = (identifier: string, value: Buffer, ...critical: Buffer[]): Buffer =>
  sequence(objectIdentifier(identifier), ...critical, der(0x04, value));
