import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { MAX_PACKET_BYTES, putUint32, RTCP_INDEX_BYTES } from './headers.ts';
import type { SessionKeys } from './key-derivation.ts';
import { ENCRYPTED, type PacketCipher, RESULTS_KEPT } from './packet-cipher.ts';

/** Lengths in bytes (RFC 7714 section 12). */
const SALT_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES in Galois/counter mode (RFC 7714). The tag of SRTP is at the end of the packet; that of SRTCP is
 * followed by the index.
 */
export class AesGcmCipher implements PacketCipher {
  readonly overhead: number;
  readonly #isRtcp: boolean;
  readonly #key: KeyObject;
  readonly #salt: Buffer;
  readonly #iv = Buffer.alloc(SALT_BYTES);
  readonly #results: Buffer[] = [];
  #next = 0;

  constructor(keys: SessionKeys, isRtcp: boolean) {
    this.#isRtcp = isRtcp;
    this.overhead = TAG_BYTES + (isRtcp ? RTCP_INDEX_BYTES : 0);
    this.#key = createSecretKey(keys.encryption);
    this.#salt = keys.salt;
  }

  seal(packet: Uint8Array, headerLength: number, ssrc: number, index: number): Buffer {
    this.#next = (this.#next + 1) % RESULTS_KEPT;
    this.#results[this.#next] ??= Buffer.alloc(MAX_PACKET_BYTES + TAG_BYTES + RTCP_INDEX_BYTES);
    const result = this.#results[this.#next] as Buffer;
    const cipher = createCipheriv('aes-128-gcm', this.#key, this.#ivOf(ssrc, index));
    result.set(packet);
    const end = packet.length + this.overhead;
    if (this.#isRtcp) putUint32(result, end - RTCP_INDEX_BYTES, ENCRYPTED + index);
    cipher.setAAD(this.#clear(result, headerLength, end));
    result.set(cipher.update(result.subarray(headerLength, packet.length)), headerLength);
    cipher.final();
    result.set(cipher.getAuthTag(), packet.length);
    return result.subarray(0, end);
  }

  open(packet: Buffer, headerLength: number, ssrc: number, index: number): Buffer | undefined {
    const length = packet.length - this.overhead;
    if (length < headerLength) return undefined;
    const decipher = createDecipheriv('aes-128-gcm', this.#key, this.#ivOf(ssrc, index));
    decipher.setAuthTag(packet.subarray(length, length + TAG_BYTES));
    decipher.setAAD(this.#clear(packet, headerLength, packet.length));
    const plain = decipher.update(packet.subarray(headerLength, length));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    packet.set(plain, headerLength);
    return packet.subarray(0, length);
  }

  /** The data that is authenticated but not encrypted (RFC 7714 sections 8.2 and 9.2). */
  #clear(bytes: Buffer, headerLength: number, end: number): Buffer {
    if (!this.#isRtcp) return bytes.subarray(0, headerLength);
    return Buffer.concat([bytes.subarray(0, headerLength), bytes.subarray(end - RTCP_INDEX_BYTES, end)]);
  }

  /**
   * The IV of RFC 7714 sections 8.1 and 9.1: in both, the index is in the last six bytes, and the SSRC
   * precedes it.
   */
  #ivOf(ssrc: number, index: number): Buffer {
    const iv = this.#iv;
    iv.fill(0);
    putUint32(iv, 2, ssrc);
    putUint32(iv, 6, Math.floor(index / 0x1_0000));
    iv[10] = index >>> 8;
    iv[11] = index;
    for (let n = 0; n < SALT_BYTES; n++) iv[n] = (iv[n] as number) ^ (this.#salt[n] as number);
    return iv;
  }
}
