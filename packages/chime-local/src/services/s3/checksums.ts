import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The supported algorithms. Source: Amazon S3 User Guide, "Checking object integrity". */
export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** The header (or trailer) that carries a checksum. */
export const checksumHeader = (algorithm: ChecksumAlgorithm): string =>
  `x-amz-checksum-${algorithm.toLowerCase()}`;

/** The algorithm of a checksum header or trailer; undefined for any other header. */
export function algorithmOf(header: string): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => checksumHeader(algorithm) === header.toLowerCase());
}

/** Computes a checksum of bytes that arrive in pieces. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** The digest as big-endian bytes. */
  digest(): Buffer;
}

export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'SHA1':
    case 'SHA256':
      return hashChecksum(algorithm.toLowerCase());
    case 'CRC32':
      return crc32Checksum();
    case 'CRC32C':
      return crc32cChecksum();
    case 'CRC64NVME':
      return crc64NvmeChecksum();
  }
}

function hashChecksum(name: string): Checksum {
  const hash = createHash(name);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

function crc32Checksum(): Checksum {
  let value = 0;
  return {
    update: (bytes) => {
      value = crc32(bytes, value);
    },
    digest: () => fourBytes(value),
  };
}

/** The Castagnoli polynomial, reflected. Source: RFC 3720 appendix B.4. */
const CRC32C_TABLE = crcTable32(0x82f63b78);

function crc32cChecksum(): Checksum {
  let value = 0xffffffff;
  return {
    update: (bytes) => {
      let crc = value;
      for (const byte of bytes) crc = CRC32C_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
      value = crc;
    },
    digest: () => fourBytes(~value >>> 0),
  };
}

function crcTable32(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, n) => {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
}

/**
 * The polynomial in the NVM Express NVM Command Set Specification, "64b CRC", reflected. It is split into two
 * halves, because 32-bit integers are many times faster than BigInt.
 */
const CRC64_HIGH = 0x9a6c9329;
const CRC64_LOW = 0xac4bc9b5;
const [TABLE_HIGH, TABLE_LOW] = crcTable64();

function crc64NvmeChecksum(): Checksum {
  let high = -1;
  let low = -1;
  return {
    update: (bytes) => {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ TABLE_LOW[index]!;
        high = (high >>> 8) ^ TABLE_HIGH[index]!;
      }
    },
    digest: () => Buffer.concat([fourBytes(~high >>> 0), fourBytes(~low >>> 0)]),
  };
}

function crcTable64(): [Int32Array, Int32Array] {
  const highs = new Int32Array(256);
  const lows = new Int32Array(256);
  for (let n = 0; n < 256; n++) {
    let high = 0;
    let low = n;
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd) {
        low ^= CRC64_LOW;
        high ^= CRC64_HIGH;
      }
    }
    highs[n] = high;
    lows[n] = low;
  }
  return [highs, lows];
}

function fourBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
