import { describe, expect, it } from 'vitest';
import { readXml } from './xml.ts';

/** Limit on CPU time in milliseconds. Ours: about 100 ms are needed. */
const SOON_MS = 1_000;

describe('XML in S3 requests', () => {
  it.each([
    ['elements', `<a>${'<b/>'.repeat(2_000_000)}</a>`],
    ['entities', `<a>${'&amp;'.repeat(1_600_000)}</a>`],
    ['comments without an end', `<a>${'<!--'.repeat(90_000)}</a>`],
    ['attributes', `<a${' b="1"'.repeat(1_000_000)}`],
    ['levels', '<a>'.repeat(90_000)],
    ['spaces', `<a${' '.repeat(8_000_000)}`],
  ])('Very many %s are refused quickly', (_what, document) => {
    const before = process.cpuUsage();
    expect(() => readXml(document)).toThrow('not well-formed or did not validate');
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(SOON_MS);
  });
});
