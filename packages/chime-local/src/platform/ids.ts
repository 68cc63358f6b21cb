import { randomFillSync, randomInt, randomUUID } from 'node:crypto';

/** A source of identifiers. */
export interface Ids {
  /** A GUID in lower case. */
  guid(): string;
  /** `bytes` random bytes (at most 4096) in hexadecimal. */
  hex(bytes: number): string;
  /** A random integer, 0 <= n < `below`. */
  integer(below: number): number;
}

/** Number of random bytes drawn at a time: drawing a thousand costs as much as drawing sixteen. */
const POOL_BYTES = 4096;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** The next bytes of the pool in hexadecimal; each byte is used once. */
function pooledHex(bytes: number): string {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const text = pool.toString('hex', used, used + bytes);
  pool.fill(0, used, used + bytes);
  used += bytes;
  return text;
}

/** Identifiers from the machine's random number generator. */
export const systemIds: Ids = {
  guid: () => randomUUID(),
  hex: pooledHex,
  integer: (below) => randomInt(below),
};
