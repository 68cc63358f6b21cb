import { describe, expect, it } from 'vitest';
import { VoiceSource } from './voice-source.ts';

const A = 1;
const B = 2;
const of = (ssrc: number, sequenceNumber: number) => ({ ssrc, sequenceNumber });

/** Judges `count` packets of a source, one every `ptimeMs`. Returns the verdict on each. */
function speak(
  voice: VoiceSource,
  ssrc: number,
  fromMs: number,
  count: number,
  ptimeMs = 20,
  first = 0,
): string[] {
  return Array.from({ length: count }, (_, n) =>
    voice.judge({ ssrc, sequenceNumber: (first + n) & 0xffff }, fromMs + n * ptimeMs),
  );
}

describe('the source that is heard', () => {
  it('The first source is heard at once', () => {
    const voice = new VoiceSource();
    expect(speak(voice, A, 0, 3)).toEqual(['switch', 'hear', 'hear']);
  });

  it('A new source is heard when the old one falls silent', () => {
    const voice = new VoiceSource();
    speak(voice, A, 0, 50);
    expect(speak(voice, B, 1_000, 4, 20, 65_534)).toEqual(['hold', 'hold', 'switch', 'hear']);
    expect(speak(voice, A, 1_080, 3)).toEqual(['hold', 'hold', 'switch']);
  });

  it('A second source is not heard while the first one sends', () => {
    const voice = new VoiceSource();
    for (const ptimeMs of [20, 200]) {
      for (let n = 0; n < 100; n++) {
        const atMs = (ptimeMs - 20) * 100 + n * ptimeMs;
        expect(voice.judge(of(A, n), atMs)).not.toBe('hold');
        for (let k = 0; k < 9 && n > 2; k++) {
          expect(voice.judge(of(B, n * 9 + k), atMs + (k * ptimeMs) / 10)).toBe('hold');
        }
      }
    }
    expect(voice.ssrc).toBe(A);
  });

  it('Packets out of order, or each from another source, change nothing', () => {
    const voice = new VoiceSource();
    speak(voice, A, 0, 50);
    for (let n = 0; n < 50; n++) expect(voice.judge(of(100 + n, n * 50), 2_000 + n * 20)).toBe('hold');
    for (let n = 0; n < 50; n++) expect(voice.judge(of(B, n * 5_000), 4_000 + n * 20)).toBe('hold');
    for (let n = 0; n < 50; n++) expect(voice.judge(of(B, n), 6_000 + n * 1_500)).toBe('hold');
  });

  it('A source whose SSRC changes with each packet is heard', () => {
    const voice = new VoiceSource();
    speak(voice, A, 0, 50);
    const roaming = (from: number) =>
      Array.from({ length: 8 }, (_, n) => voice.judge(of(100 + from + n, from + n), 2_000 + (from + n) * 20));
    expect(roaming(0)).toEqual([...Array(5).fill('hold'), 'switch', 'hear', 'hear']);
    expect(roaming(8)).toEqual(Array(8).fill('hear'));
    // The sender now keeps one SSRC, so packets of other SSRCs are not heard any more.
    expect(speak(voice, 500, 2_320, 12, 20, 16)).toEqual(Array(12).fill('hear'));
    expect(voice.judge(of(501, 28), 2_560)).toBe('hold');
  });

  it('A silent source is replaced after a second of sound beside it', () => {
    const voice = new VoiceSource();
    const both = (n: number, mute: number) =>
      [A, B].map((ssrc) => voice.judge(of(ssrc, n), n * 20, () => ssrc === mute));
    for (let n = 0; n < 50; n++) expect(both(n, B)[1]).toBe('hold');
    const verdicts = Array.from({ length: 60 }, (_, n) => both(50 + n, A)[1]);
    expect(verdicts.indexOf('switch')).toBeGreaterThan(40);
    expect(voice.ssrc).toBe(B);
  });
});
