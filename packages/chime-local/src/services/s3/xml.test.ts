import { describe, expect, it } from 'vitest';
import { readXml } from './xml.ts';

/** Milliseconds of the processor's time. Ours, of some 100. */
const SOON_MS = 1_000;

describe('the XML that S3 is sent', () => {
  it.each([
    ['elements', `<a>${'<b/>'.repeat(2_000_000)}</a>`],
    ['entities', `<a>${'&amp;'.repeat(1_600_000)}</a>`],
    ['comments without an end', `<a>${'<!--'.repeat(90_000)}</a>`],
    ['attributes', `<a${' b="1"'.repeat(1_000_000)}`],
    ['levels', '<a>'.repeat(90_000)],
    ['spaces', `<a${' '.repeat(8_000_000)}`],
  ])('Very many %s are refused soon', (_what, document) => {
    const before = process.cpuUsage();
    expect(() => readXml(document)).toThrow('not well-formed or did not validate');
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(SOON_MS);
  });
});
