/**
 * Constants of STUN messages (RFC 8489), as far as an ICE-lite agent needs them (RFC 8445 sections 2.5, 7.1
 * and 7.3).
 */

/** Bytes 4 to 7 of every message. */
export const MAGIC_COOKIE = 0x2112_a442;
export const HEADER_BYTES = 20;
export const TRANSACTION_ID_BYTES = 12;

/** The types of Binding messages in all four classes (RFC 8489 section 5). */
export const BINDING_REQUEST = 0x0001;
export const BINDING_INDICATION = 0x0011;
export const BINDING_SUCCESS = 0x0101;
export const BINDING_ERROR = 0x0111;

export const ATTRIBUTE = {
  USERNAME: 0x0006,
  MESSAGE_INTEGRITY: 0x0008,
  ERROR_CODE: 0x0009,
  UNKNOWN_ATTRIBUTES: 0x000a,
  XOR_MAPPED_ADDRESS: 0x0020,
  PRIORITY: 0x0024,
  USE_CANDIDATE: 0x0025,
  FINGERPRINT: 0x8028,
  ICE_CONTROLLED: 0x8029,
  ICE_CONTROLLING: 0x802a,
} as const;

/** Attributes with lower numbers must be understood (RFC 8489 section 14). */
export const FIRST_OPTIONAL_ATTRIBUTE = 0x8000;
/** Length of the result of HMAC-SHA1, bytes. */
export const INTEGRITY_BYTES = 20;

/**
 * Larger messages are not connectivity checks, bytes: the size that every IPv4 path supports (RFC 8489
 * section 6.1).
 */
export const MAX_MESSAGE_BYTES = 548;
/** Number of attributes in a message. A browser's check has eight. */
export const MAX_ATTRIBUTES = 32;
/** RFC 8489 section 14.3: a user name has fewer than 509 bytes. */
export const MAX_USERNAME_BYTES = 508;
