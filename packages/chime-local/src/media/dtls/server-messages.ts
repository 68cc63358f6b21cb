import { type KeyObject, sign } from 'node:crypto';
import type { SrtpProfile } from '#srtp';
import { numbers, vector } from './byte-reader.ts';
import {
  DTLS_1_2,
  ECDSA_SECP256R1_SHA256,
  EXTENSION,
  RSA_PKCS1_SHA256,
  RSA_PSS_RSAE_SHA256,
  SECP256R1,
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
} from './constants.ts';

const NAMED_CURVE = 3;
/** Types of certificate that a client may present (RFC 5246 section 7.4.4, RFC 8422 section 5.5). */
const ECDSA_SIGN = 64;
const RSA_SIGN = 1;

const extension = (type: number, ...content: Uint8Array[]): Buffer =>
  Buffer.concat([numbers(type), vector(2, ...content)]);

/** The ServerHello with our choices. No session is ever resumed and nothing is compressed. */
export function serverHello(random: Buffer, srtp: SrtpProfile): Buffer {
  return Buffer.concat([
    numbers(DTLS_1_2),
    random,
    vector(1),
    numbers(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
    Buffer.from([0]),
    vector(
      2,
      extension(EXTENSION.EXTENDED_MASTER_SECRET),
      extension(EXTENSION.RENEGOTIATION_INFO, vector(1)),
      extension(EXTENSION.EC_POINT_FORMATS, vector(1, Buffer.from([0]))),
      // The empty vector at the end means that there is no MKI.
      extension(EXTENSION.USE_SRTP, vector(2, numbers(srtp.id)), vector(1)),
    ),
  ]);
}

export function certificate(der: Buffer): Buffer {
  return vector(3, vector(3, der));
}

/** Our point on the curve, signed together with both randoms. */
export function serverKeyExchange(
  point: Buffer,
  randoms: { client: Buffer; server: Buffer },
  privateKey: KeyObject,
): Buffer {
  const parameters = Buffer.concat([Buffer.from([NAMED_CURVE]), numbers(SECP256R1), vector(1, point)]);
  const signature = sign('sha256', Buffer.concat([randoms.client, randoms.server, parameters]), privateKey);
  return Buffer.concat([parameters, numbers(ECDSA_SECP256R1_SHA256), vector(2, signature)]);
}

/** Asks for the client's certificate, without which we could not tell who the client is. */
export function certificateRequest(): Buffer {
  return Buffer.concat([
    vector(1, Buffer.from([ECDSA_SIGN, RSA_SIGN])),
    vector(2, numbers(ECDSA_SECP256R1_SHA256, RSA_PSS_RSAE_SHA256, RSA_PKCS1_SHA256)),
    vector(2),
  ]);
}
