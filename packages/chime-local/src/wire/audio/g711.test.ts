import { describe, expect, it } from 'vitest';
import { decodeG711, encodeG711, g711, PCMA, PCMU } from './g711.ts';

describe('G.711', () => {
  it('Both laws decode the reference points of ITU-T G.711', () => {
    // ITU-T G.711 tables 1 and 2, scaled to 16 bits.
    expect([0x00, 0x80, 0x7f, 0xff, 0x8f, 0xf0].map((code) => PCMU.toLinear[code])).toEqual([
      -32124, 32124, 0, 0, 16764, 120,
    ]);
    expect([0x2a, 0xaa, 0x55, 0xd5].map((code) => PCMA.toLinear[code])).toEqual([-32256, 32256, -8, 8]);
  });

  it.each([PCMU, PCMA])('$name encodes every decoded sample back to the same sample', (codec) => {
    for (let code = 0; code < 256; code++) {
      const sample = codec.toLinear[code]!;
      const back = codec.fromLinear[(sample >> 1) + 16_384]!;
      expect(codec.toLinear[back]).toBe(sample);
    }
  });

  it.each([PCMU, PCMA])('$name picks the nearest code for every sample', (codec) => {
    const levels = [...new Set(codec.toLinear)].sort((a, b) => a - b);
    for (let sample = -32_768; sample <= 32_767; sample += 1) {
      const chosen = codec.toLinear[codec.fromLinear[(sample >> 1) + 16_384]!]!;
      const nearest = Math.min(...levels.map((level) => Math.abs(level - sample)));
      if (Math.abs(chosen - sample) !== nearest) expect.fail(`${sample} became ${chosen}`);
    }
  });

  it('Silence is encoded as the silence code', () => {
    expect(PCMU.fromLinear[16_384]).toBe(PCMU.silence);
    expect(PCMA.toLinear[PCMA.fromLinear[16_384]!]).toBe(8);
    expect(PCMA.fromLinear[16_384]).toBe(PCMA.silence);
  });

  it('Parts of arrays are encoded and decoded', () => {
    const codes = new Uint8Array(6).fill(9);
    encodeG711(g711('PCMA'), Int16Array.of(1, 1000, -1000, 2), 1, 2, codes, 3);
    expect([...codes]).toEqual([9, 9, 9, codes[3], codes[4], 9]);
    const samples = new Int16Array(3);
    decodeG711(g711('PCMA'), codes, 3, 2, samples, 1);
    expect(Math.abs(samples[1]! - 1000)).toBeLessThan(32);
    expect(samples[2]).toBe(-samples[1]!);
  });
});
