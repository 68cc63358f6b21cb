import { createHmac, timingSafeEqual } from 'node:crypto';
import { ATTRIBUTE, HEADER_BYTES, INTEGRITY_BYTES } from './constants.ts';

/** RFC 8489 section 14.7: prevents a checksum of another protocol from matching by chance. */
const FINGERPRINT_XOR = 0x5354_554e;
/** Length of the FINGERPRINT attribute, including type and length. */
const FINGERPRINT_BYTES = 8;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  return crc;
});

/** CRC-32 of ITU-T V.42. */
function crc32(bytes: Uint8Array, end: number): number {
  let crc = 0xffff_ffff;
  for (let at = 0; at < end; at++) {
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ (bytes[at] as number)) & 0xff] as number);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

/** The FINGERPRINT of a message that ends with this attribute at `at`. */
export function fingerprintAt(message: Buffer, at: number): number {
  return (crc32(message, at) ^ FINGERPRINT_XOR) >>> 0;
}

/**
 * The HMAC-SHA1 of the bytes before the MESSAGE-INTEGRITY attribute at `at`. The length in the header is
 * computed as if the message ended with that attribute (RFC 8489 section 14.5).
 */
function integrityAt(message: Buffer, at: number, password: string): Buffer {
  const header = Buffer.from(message.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(at + 4 + INTEGRITY_BYTES - HEADER_BYTES, 2);
  const hmac = createHmac('sha1', password).update(header);
  return hmac.update(message.subarray(HEADER_BYTES, at)).digest();
}

/** Whether the MESSAGE-INTEGRITY attribute at `at` was created with this password. */
export function isIntegrityRight(message: Buffer, at: number, password: string): boolean {
  const claimed = message.subarray(at + 4, at + 4 + INTEGRITY_BYTES);
  return claimed.length === INTEGRITY_BYTES && timingSafeEqual(claimed, integrityAt(message, at, password));
}

/**
 * Completes a message whose attributes end at `end`: adds MESSAGE-INTEGRITY, if a password is given, and
 * FINGERPRINT.
 */
export function seal(message: Buffer, end: number, password: string | undefined): Buffer {
  let at = end;
  if (password !== undefined) {
    integrityAt(message, at, password).copy(message, at + 4);
    message.writeUInt16BE(ATTRIBUTE.MESSAGE_INTEGRITY, at);
    message.writeUInt16BE(INTEGRITY_BYTES, at + 2);
    at += 4 + INTEGRITY_BYTES;
  }
  message.writeUInt16BE(at + FINGERPRINT_BYTES - HEADER_BYTES, 2);
  message.writeUInt32BE(fingerprintAt(message, at), at + 4);
  message.writeUInt16BE(ATTRIBUTE.FINGERPRINT, at);
  message.writeUInt16BE(4, at + 2);
  return message.subarray(0, at + FINGERPRINT_BYTES);
}
