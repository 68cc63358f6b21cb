import { describe, expect, it } from 'vitest';
import { VoiceSource } from './voice-source.ts';

const A = 1;
const B = 2;

/** `count` packets of a source, one each `ptimeMs`. The verdict on each. */
function speak(
  voice: VoiceSource,
  ssrc: number,
  fromMs: number,
  count: number,
  ptimeMs = 20,
  first = 0,
): string[] {
  return Array.from({ length: count }, (_, n) =>
    voice.judge(ssrc, (first + n) & 0xffff, fromMs + n * ptimeMs),
  );
}

describe('the source that is heard', () => {
  it('The first source is heard at once', () => {
    const voice = new VoiceSource();
    expect(speak(voice, A, 0, 3)).toEqual(['switch', 'hear', 'hear']);
  });

  it('A new source is heard when the old falls silent', () => {
    const voice = new VoiceSource();
    speak(voice, A, 0, 50);
    expect(speak(voice, B, 1_000, 4, 20, 65_534)).toEqual(['hold', 'hold', 'switch', 'hear']);
    expect(speak(voice, A, 1_080, 3)).toEqual(['hold', 'hold', 'switch']);
  });

  it('A second source beside the first is not heard, however loud', () => {
    const voice = new VoiceSource();
    for (const ptimeMs of [20, 200]) {
      for (let n = 0; n < 100; n++) {
        const atMs = (ptimeMs - 20) * 100 + n * ptimeMs;
        expect(voice.judge(A, n, atMs)).not.toBe('hold');
        for (let k = 0; k < 9 && n > 2; k++) {
          expect(voice.judge(B, n * 9 + k, atMs + (k * ptimeMs) / 10)).toBe('hold');
        }
      }
    }
    expect(voice.ssrc).toBe(A);
  });

  it('Packets out of order, or each of another source, change nothing', () => {
    const voice = new VoiceSource();
    speak(voice, A, 0, 50);
    for (let n = 0; n < 50; n++) expect(voice.judge(100 + n, n, 2_000 + n * 20)).toBe('hold');
    for (let n = 0; n < 50; n++) expect(voice.judge(B, n * 5_000, 4_000 + n * 20)).toBe('hold');
    for (let n = 0; n < 50; n++) expect(voice.judge(B, n, 6_000 + n * 1_500)).toBe('hold');
  });
});
