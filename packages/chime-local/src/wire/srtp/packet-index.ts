/**
 * The number of sequence numbers (16 bits); the roll-over counter counts how often they have wrapped around.
 */
const WRAP = 0x1_0000;
const HALF = 0x8000;
/**
 * The roll-over counter has 32 bits; after that the keys must not be used any more (RFC 3711 section 9.2).
 */
export const MAX_INDEX = 2 ** 48 - 1;

/**
 * The most likely index (roll-over counter and sequence number) of a packet, given the highest index so far:
 * the nearest index with that sequence number (RFC 3711 section 3.3.1). `highest` is -1 if there is none.
 */
export function indexOf(sequenceNumber: number, highest: number): number {
  if (highest < 0) return sequenceNumber;
  const last = highest % WRAP;
  const base = highest - last;
  const ahead = sequenceNumber - last;
  if (ahead > HALF) return base >= WRAP ? base - WRAP + sequenceNumber : base + sequenceNumber;
  if (ahead < -HALF) return base + WRAP + sequenceNumber;
  return base + sequenceNumber;
}

/** The roll-over counter of an index. */
export const rollOverOf = (index: number): number => Math.floor(index / WRAP);
