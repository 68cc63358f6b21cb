import { expect, it } from 'vitest';
import { algorithmOf, CHECKSUM_ALGORITHMS, createChecksum } from './checksums.ts';

/** The check value of each algorithm: the digest of the digits 123456789 in ASCII. */
const CHECK = {
  CRC32: 'cbf43926',
  CRC32C: 'e3069283',
  CRC64NVME: 'ae8b14860a799888',
  SHA1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  SHA256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
};

it.each(CHECKSUM_ALGORITHMS)('%s gives its check value in one piece and in several', (algorithm) => {
  const whole = createChecksum(algorithm);
  whole.update(Buffer.from('123456789'));
  expect(whole.digest().toString('hex')).toBe(CHECK[algorithm]);
  const pieces = createChecksum(algorithm);
  for (const digit of '123456789') pieces.update(Buffer.from(digit));
  expect(pieces.digest().toString('hex')).toBe(CHECK[algorithm]);
});

it("A checksum's header identifies its algorithm", () => {
  expect(algorithmOf('X-Amz-Checksum-CRC32C')).toBe('CRC32C');
  expect(algorithmOf('x-amz-checksum-mode')).toBeUndefined();
});
