import { type Cipher, createCipheriv, hash } from 'node:crypto';
import { MAX_PACKET_BYTES, putUint32, RTCP_INDEX_BYTES } from './headers.ts';
import type { SessionKeys } from './key-derivation.ts';
import { ENCRYPTED, type PacketCipher, RESULTS_KEPT } from './packet-cipher.ts';
import { rollOverOf } from './packet-index.ts';

/** The number of bytes of HMAC-SHA1's 20 that are sent. */
const TAG_BYTES = 10;
const BLOCK_BYTES = 16;
/** Sizes of the block and the result of SHA-1, bytes (RFC 2104). */
const HASH_BLOCK = 64;
const HASH_BYTES = 20;

const MAX_BLOCKS = Math.ceil(MAX_PACKET_BYTES / BLOCK_BYTES);

/**
 * Scratch space for the counters of the current packet, as bytes and as words in the machine's byte order.
 */
const counterWords = new Uint32Array((MAX_BLOCKS * BLOCK_BYTES) / 4);
const counters = Buffer.from(counterWords.buffer);
/** The number of each block at its place in the counter, the last two bytes, as a word in that byte order. */
const blockNumbers = new Uint32Array(
  Uint8Array.from({ length: 4 * MAX_BLOCKS }, (_, n) => [0, 0, n >> 10, (n >> 2) & 0xff][n & 3] as number)
    .buffer,
);

/**
 * AES in counter mode with HMAC-SHA1, truncated to 80 bits (RFC 3711 sections 4.1.1 and 4.2.1).
 *
 * In Node, creating objects costs more time than the arithmetic: a new cipher takes 5 µs, a new HMAC 4 µs.
 * Therefore one AES object is used for the whole lifetime and encrypts the packet's counters (which is what
 * counter mode does), and the HMAC consists of two one-shot hashes over memory in which the padded key
 * already precedes the packet. For 160 bytes of sound this takes 3.5 µs in each direction; the library that
 * the tests compare with (werift 0.24.4) took 10 µs to send and 30 µs to receive on the same machine.
 */
export class AesCmCipher implements PacketCipher {
  readonly overhead: number;
  readonly #isRtcp: boolean;
  readonly #aes: Cipher;
  readonly #salt: Buffer;
  readonly #authentication: Buffer;
  /**
   * Inputs of the inner hash: the padded key, then the packet. Sealed packets are returned as views of these
   * buffers.
   */
  readonly #inner: Buffer[] = [];
  readonly #outer = Buffer.alloc(HASH_BLOCK + HASH_BYTES);
  #next = 0;

  constructor(keys: SessionKeys, isRtcp: boolean) {
    this.#isRtcp = isRtcp;
    this.overhead = TAG_BYTES + (isRtcp ? RTCP_INDEX_BYTES : 0);
    this.#aes = createCipheriv('aes-128-ecb', keys.encryption, null).setAutoPadding(false);
    this.#salt = keys.salt;
    this.#authentication = keys.authentication;
    pad(this.#outer, keys.authentication, 0x5c);
  }

  seal(packet: Uint8Array, headerLength: number, ssrc: number, index: number): Buffer {
    this.#next = (this.#next + 1) % RESULTS_KEPT;
    const inner = this.#innerOf(this.#next);
    inner.set(packet, HASH_BLOCK);
    this.#crypt(inner, HASH_BLOCK + headerLength, HASH_BLOCK + packet.length, ssrc, index);
    const tag = this.#sign(inner, packet.length, index);
    const end = HASH_BLOCK + packet.length + this.overhead;
    inner.write(tag, end - TAG_BYTES, TAG_BYTES, 'binary');
    return inner.subarray(HASH_BLOCK, end);
  }

  open(packet: Buffer, headerLength: number, ssrc: number, index: number): Buffer | undefined {
    const length = packet.length - this.overhead;
    if (length < headerLength) return undefined;
    const inner = this.#innerOf(0);
    packet.copy(inner, HASH_BLOCK, 0, length);
    const tag = this.#sign(inner, length, index);
    if (!isTag(tag, packet, packet.length - TAG_BYTES)) return undefined;
    this.#crypt(packet, headerLength, length, ssrc, index);
    return packet.subarray(0, length);
  }

  #innerOf(number: number): Buffer {
    const known = this.#inner[number];
    if (known) return known;
    const inner = Buffer.alloc(HASH_BLOCK + MAX_PACKET_BYTES + RTCP_INDEX_BYTES + TAG_BYTES);
    pad(inner, this.#authentication, 0x36);
    this.#inner[number] = inner;
    return inner;
  }

  /**
   * The tag of the packet in `inner`, one character per byte. The additional signed bytes are written after
   * the packet.
   */
  #sign(inner: Buffer, length: number, index: number): string {
    const end = HASH_BLOCK + length;
    putUint32(inner, end, this.#isRtcp ? ENCRYPTED + index : rollOverOf(index));
    const digest = hash('sha1', inner.subarray(0, end + RTCP_INDEX_BYTES), 'binary');
    this.#outer.write(digest, HASH_BLOCK, HASH_BYTES, 'binary');
    return hash('sha1', this.#outer, 'binary');
  }

  /** Applies the key stream (RFC 3711 section 4.1.1); applying it twice restores the bytes. */
  #crypt(bytes: Buffer, from: number, to: number, ssrc: number, index: number): void {
    const blocks = Math.ceil((to - from) / BLOCK_BYTES);
    if (blocks === 0) return;
    const salt = this.#salt;
    const high = Math.floor(index / 0x1_0000);
    for (let n = 0; n < 4; n++) {
      counters[n] = salt[n] as number;
      counters[4 + n] = (salt[4 + n] as number) ^ (ssrc >>> (24 - 8 * n));
      counters[8 + n] = (salt[8 + n] as number) ^ (high >>> (24 - 8 * n));
    }
    counters[12] = (salt[12] as number) ^ (index >>> 8);
    counters[13] = (salt[13] as number) ^ index;
    const [first = 0, second = 0, third = 0, fourth = 0] = counterWords;
    for (let block = 1, at = 4; block < blocks; block++, at += 4) {
      counterWords[at] = first;
      counterWords[at + 1] = second;
      counterWords[at + 2] = third;
      counterWords[at + 3] = fourth | (blockNumbers[block] as number);
    }
    const stream = this.#aes.update(counters.subarray(0, blocks * BLOCK_BYTES));
    for (let at = from, n = 0; at < to; at++, n++) bytes[at] = (bytes[at] as number) ^ (stream[n] as number);
  }
}

/** Writes the key, padded as HMAC requires it, to the start of `block`. */
function pad(block: Buffer, key: Buffer, padding: number): void {
  for (let n = 0; n < HASH_BLOCK; n++) block[n] = (key[n] ?? 0) ^ padding;
}

/** Compares in constant time, so that the duration does not reveal where a difference is. */
function isTag(tag: string, packet: Buffer, at: number): boolean {
  let difference = 0;
  for (let n = 0; n < TAG_BYTES; n++) difference |= tag.charCodeAt(n) ^ (packet[at + n] as number);
  return difference === 0;
}
