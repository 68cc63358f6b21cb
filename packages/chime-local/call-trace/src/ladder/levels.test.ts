import type { RecordEntry } from 'pstn-audio/record';
import { describe, expect, it } from 'vitest';
import { SILENT, stretchesOf, strokesOf, waveInWords, wavesIn } from './levels.ts';

const told = (ms: number, heard: number[], said?: number[]): RecordEntry => ({
  kind: 'Levels',
  at: ms,
  ms,
  legId: 'a',
  everyMs: 100,
  heard: { peak: heard, mean: heard },
  ...(said ? { said: { peak: said, mean: said } } : {}),
});

describe('waves of a call', () => {
  it('levels lie where their entry says that they end', () => {
    const [said, heard] = wavesIn([told(300, [20, 30]), told(1_004, [10])]);
    expect(heard?.peak).toEqual([SILENT, 20, 30, SILENT, SILENT, SILENT, SILENT, SILENT, SILENT, 10]);
    expect([said?.direction, said?.peak]).toEqual(['said', []]);
  });

  it('stretches of sound bridge the pauses between words', () => {
    const level = (ms: number) => ((ms >= 500 && ms < 900) || ms === 1_500 || ms === 4_000 ? 20 : SILENT);
    const levels = Array.from({ length: 50 }, (_, index) => level(index * 100));
    const [, heard] = wavesIn([told(5_000, levels)]);
    expect(heard && stretchesOf(heard)).toEqual([
      { beginMs: 500, endMs: 1_600 },
      { beginMs: 4_000, endMs: 4_100 },
    ]);
    expect(heard && waveInWords(heard, 'Ann')).toBe(
      'Ann heard sound from 0.5 to 1.6 s, from 4.0 to 4.1 s; loudest 20 dB below full scale at 0.5 s',
    );
  });

  it('A long call has no more strokes than the drawing takes', () => {
    const hour = Array.from({ length: 36_000 }, (_, index) => (index === 18_000 ? 0 : 40));
    const strokes = strokesOf(hour, 100, 3_600_000, 600);
    expect(strokes).toHaveLength(600);
    expect(strokes[300]).toEqual({ at: 300.5 / 600, height: 1 });
    expect(strokesOf([127, 61], 100, 200, 600)).toEqual([]);
  });
});
