import { constants, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { SRTP_PROFILES, type SrtpProfile } from '#srtp';
import { ByteReader, numbersOf } from './byte-reader.ts';
import {
  ALERT,
  DTLS_1_2,
  ECDSA_SECP256R1_SHA256,
  EXTENSION,
  RSA_PKCS1_SHA256,
  RSA_PSS_RSAE_SHA256,
  SECP256R1,
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
} from './constants.ts';
import { DtlsFailure } from './dtls-failure.ts';

const RANDOM_BYTES = 32;
/** An uncompressed point of P-256: the byte 4 and two coordinates (RFC 8422 section 5.4.1). */
const POINT_BYTES = 65;
const UNCOMPRESSED = 4;
/**
 * Limits of the RSA keys whose signatures we check. Browsers' keys have 2048 bits and the exponent 65537,
 * which takes 0.1 ms; a certificate with 3072 bits and an exponent as long would take 7 ms, and sound waits
 * for that.
 */
const RSA = { leastBits: 2_048, mostBits: 4_096, mostExponent: 65_537n } as const;

/** What we use of an acceptable ClientHello. */
export interface ClientHello {
  random: Buffer;
  /** The first of our profiles that the client offers. */
  srtp: SrtpProfile;
}

/** @throws {DtlsFailure} if the message is malformed, or there is nothing in common. */
export function readClientHello(body: Buffer): ClientHello {
  const reader = new ByteReader(body, 'ClientHello');
  const version = reader.number(2);
  const random = Buffer.from(reader.take(RANDOM_BYTES));
  reader.vector(1); // Session: none is ever resumed.
  reader.vector(1); // Cookie: we asked for none.
  const suites = numbersOf(reader.vector(2));
  const compressions = reader.vector(1);
  const extensions = readExtensions(reader);
  // DTLS version numbers count downwards.
  demand(version <= DTLS_1_2, 'speaks only versions before DTLS 1.2');
  demand(suites.includes(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), 'offers no ECDHE-ECDSA with AES-128-GCM');
  demand(compressions.includes(0), 'insists on compression');
  demand(extensions.has(EXTENSION.EXTENDED_MASTER_SECRET), 'offers no extended master secret (RFC 7627)');
  const groups = extensions.get(EXTENSION.SUPPORTED_GROUPS);
  demand(!groups || vectorNumbers(groups).includes(SECP256R1), 'offers no curve P-256');
  const signatures = extensions.get(EXTENSION.SIGNATURE_ALGORITHMS);
  demand(
    !!signatures && vectorNumbers(signatures).includes(ECDSA_SECP256R1_SHA256),
    'takes no signatures by ECDSA with SHA-256',
  );
  // RFC 5746 section 3.6: an empty vector, since nothing was negotiated before.
  const renegotiation = extensions.get(EXTENSION.RENEGOTIATION_INFO);
  demand(!renegotiation || renegotiation.equals(Buffer.from([0])), 'wants to renegotiate what never was');
  return { random, srtp: chooseSrtp(extensions.get(EXTENSION.USE_SRTP)) };
}

function readExtensions(reader: ByteReader): Map<number, Buffer> {
  const extensions = new Map<number, Buffer>();
  if (reader.left === 0) return extensions;
  const inner = new ByteReader(reader.vector(2), 'ClientHello');
  while (inner.left > 0) extensions.set(inner.number(2), inner.vector(2));
  return extensions;
}

const vectorNumbers = (extension: Buffer): number[] =>
  numbersOf(new ByteReader(extension, 'ClientHello').vector(2));

function chooseSrtp(extension: Buffer | undefined): SrtpProfile {
  const offered = extension ? vectorNumbers(extension) : [];
  const profile = SRTP_PROFILES.find(({ id }) => offered.includes(id));
  const known = SRTP_PROFILES.map(({ name }) => name).join(' or ');
  if (!profile)
    throw new DtlsFailure(
      ALERT.HANDSHAKE_FAILURE,
      `it offers no SRTP profile that we know (RFC 5764): ${known}`,
    );
  return profile;
}

function demand(condition: boolean, problem: string): void {
  if (!condition) throw new DtlsFailure(ALERT.HANDSHAKE_FAILURE, `it ${problem}`);
}

/**
 * The client's own certificate (DER), which is the first of its list.
 * @throws {DtlsFailure} if there is none.
 */
export function readCertificate(body: Buffer): Buffer {
  const list = new ByteReader(new ByteReader(body, 'Certificate').vector(3), 'Certificate');
  if (list.left === 0) throw new DtlsFailure(ALERT.BAD_CERTIFICATE, 'it has no certificate');
  return list.vector(3);
}

/** The client's point. Whether it lies on the curve is found out when the shared secret is computed. */
export function readClientKeyExchange(body: Buffer): Buffer {
  const point = new ByteReader(body, 'ClientKeyExchange').vector(1);
  if (point.length === POINT_BYTES && point[0] === UNCOMPRESSED) return point;
  throw new DtlsFailure(ALERT.ILLEGAL_PARAMETER, 'its key is no uncompressed point of the curve P-256');
}

/** @throws {DtlsFailure} unless the body is a signature of `transcript` made with the certificate's key. */
export function checkCertificateVerify(body: Buffer, certificate: Buffer, transcript: Buffer): void {
  const reader = new ByteReader(body, 'CertificateVerify');
  const algorithm = reader.number(2);
  const signature = reader.vector(2);
  const key = publicKeyOf(certificate);
  if (!isFitKey(key))
    throw new DtlsFailure(ALERT.BAD_CERTIFICATE, 'its certificate has a key of a kind that we do not take');
  const options = signatureOptions(algorithm, key);
  if (!options) throw new DtlsFailure(ALERT.ILLEGAL_PARAMETER, 'it signs in a way that we did not offer');
  if (!verify('sha256', transcript, options, signature)) {
    throw new DtlsFailure(ALERT.DECRYPT_ERROR, 'it does not have the key of the certificate that it shows');
  }
}

function publicKeyOf(certificate: Buffer): KeyObject {
  try {
    return new X509Certificate(certificate).publicKey;
  } catch {
    throw new DtlsFailure(ALERT.BAD_CERTIFICATE, 'its certificate cannot be read');
  }
}

/** Whether the key is neither too weak nor so large that checking its signature would hold up the sound. */
function isFitKey({ asymmetricKeyType, asymmetricKeyDetails: details = {} }: KeyObject): boolean {
  if (asymmetricKeyType === 'ec') return details.namedCurve === 'prime256v1';
  const { modulusLength = 0, publicExponent = 0n } = details;
  const bits = modulusLength >= RSA.leastBits && modulusLength <= RSA.mostBits;
  return asymmetricKeyType === 'rsa' && bits && publicExponent <= RSA.mostExponent;
}

function signatureOptions(algorithm: number, key: KeyObject) {
  const type = key.asymmetricKeyType;
  if (algorithm === ECDSA_SECP256R1_SHA256 && type === 'ec') return { key };
  if (algorithm === RSA_PKCS1_SHA256 && type === 'rsa') return { key, padding: constants.RSA_PKCS1_PADDING };
  if (algorithm === RSA_PSS_RSAE_SHA256 && type === 'rsa') {
    return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  }
  return undefined;
}
