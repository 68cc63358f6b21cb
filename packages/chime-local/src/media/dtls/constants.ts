/** Protocol numbers of DTLS 1.2 (RFC 6347, RFC 5246). */

/** `DTLS 1.2`. The record of a first ClientHello may say 1.0. */
export const DTLS_1_2 = 0xfefd;
export const DTLS_1_0 = 0xfeff;

export const CONTENT = { CHANGE_CIPHER_SPEC: 20, ALERT: 21, HANDSHAKE: 22 } as const;

export const HANDSHAKE = {
  CLIENT_HELLO: 1,
  SERVER_HELLO: 2,
  CERTIFICATE: 11,
  SERVER_KEY_EXCHANGE: 12,
  CERTIFICATE_REQUEST: 13,
  SERVER_HELLO_DONE: 14,
  CERTIFICATE_VERIFY: 15,
  CLIENT_KEY_EXCHANGE: 16,
  FINISHED: 20,
} as const;

export const EXTENSION = {
  SUPPORTED_GROUPS: 10,
  EC_POINT_FORMATS: 11,
  SIGNATURE_ALGORITHMS: 13,
  /** RFC 5764. */
  USE_SRTP: 14,
  /** RFC 7627. */
  EXTENDED_MASTER_SECRET: 23,
  /** RFC 5746. */
  RENEGOTIATION_INFO: 0xff01,
} as const;

/**
 * The suite, curve and signature that every WebRTC endpoint supports (RFC 8827 section 6.5). We support no
 * others.
 */
export const TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xc02b;
export const SECP256R1 = 23;
export const ECDSA_SECP256R1_SHA256 = 0x0403;
/** Signatures that we also accept from a client's certificate: older endpoints have RSA keys. */
export const RSA_PSS_RSAE_SHA256 = 0x0804;
export const RSA_PKCS1_SHA256 = 0x0401;

export const ALERT = {
  CLOSE_NOTIFY: 0,
  UNEXPECTED_MESSAGE: 10,
  HANDSHAKE_FAILURE: 40,
  BAD_CERTIFICATE: 42,
  ILLEGAL_PARAMETER: 47,
  DECODE_ERROR: 50,
  DECRYPT_ERROR: 51,
} as const;

export const WARNING = 1;
export const FATAL = 2;
