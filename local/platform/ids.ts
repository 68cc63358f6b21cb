import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** A source of identifiers. */
export interface Ids {
  /** A GUID in lower case. */
  guid(): string;
  /** `bytes` random bytes in hexadecimal. */
  hex(bytes: number): string;
  /** A random integer, 0 <= n < `below`. */
  integer(below: number): number;
}

/** Identifiers from the machine's random number generator. */
export const systemIds: Ids = {
  guid: () => randomUUID(),
  hex: (bytes) => randomBytes(bytes).toString('hex'),
  integer: (below) => randomInt(below),
};
