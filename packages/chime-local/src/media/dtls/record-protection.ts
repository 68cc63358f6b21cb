import { createCipheriv, createDecipheriv } from 'node:crypto';
import { DTLS_1_2 } from './constants.ts';
import type { DtlsRecord } from './records.ts';

const TAG_BYTES = 16;
/**
 * Size of the part of the nonce that each record carries, bytes. Like other implementations we put the
 * record's number there.
 */
const EXPLICIT_NONCE_BYTES = 8;

/** The key of one direction and the fixed part of its nonce. */
export interface RecordKey {
  key: Buffer;
  salt: Buffer;
}

/** The data that is authenticated besides the content (RFC 5246 section 6.2.3.3). */
function additionalData(number: Buffer, type: number, length: number): Buffer {
  const data = Buffer.alloc(13);
  number.copy(data);
  data[8] = type;
  data.writeUInt16BE(DTLS_1_2, 9);
  data.writeUInt16BE(length, 11);
  return data;
}

/** Encrypts a record's fragment with AES-128-GCM (RFC 5288). */
export function sealFragment(by: RecordKey, type: number, number: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-gcm', by.key, Buffer.concat([by.salt, number]));
  cipher.setAAD(additionalData(number, type, plain.length));
  const sealed = cipher.update(plain);
  cipher.final();
  return Buffer.concat([number, sealed, cipher.getAuthTag()]);
}

/** Decrypts a record's fragment; undefined if it is not authentic. */
export function openFragment(by: RecordKey, { type, number, fragment }: DtlsRecord): Buffer | undefined {
  const length = fragment.length - EXPLICIT_NONCE_BYTES - TAG_BYTES;
  if (length < 0) return undefined;
  const nonce = Buffer.concat([by.salt, fragment.subarray(0, EXPLICIT_NONCE_BYTES)]);
  const decipher = createDecipheriv('aes-128-gcm', by.key, nonce);
  decipher.setAuthTag(fragment.subarray(fragment.length - TAG_BYTES));
  decipher.setAAD(additionalData(number, type, length));
  const plain = decipher.update(fragment.subarray(EXPLICIT_NONCE_BYTES, EXPLICIT_NONCE_BYTES + length));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
