import { describe, expect, it } from 'vitest';
import { DtmfDetector } from './dtmf-detector.ts';
import { decodeG711, encodeG711, PCMU } from './g711.ts';
import { DTMF_HZ } from './tone.ts';

const RATE = 8_000;
const KEYS = '0123456789*#ABCD';

interface Style {
  toneMs?: number;
  pauseMs?: number;
  /** Peak amplitude of the low tone. */
  peak?: number;
  /** Level of the high tone relative to the low one, dB. */
  twistDb?: number;
  /** Relative frequency error of both tones. */
  off?: number;
  noise?: number;
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The sound of these keys as a telephone plays them, encoded with mu-law and decoded again. */
function played(keys: string, style: Style = {}): Int16Array {
  const { toneMs = 70, pauseMs = 70, peak = 4_000, twistDb = 0, off = 0, noise = 0 } = style;
  const random = seeded(7);
  const samples: number[] = new Array(333).fill(0);
  for (const key of keys) {
    const [low, high] = DTMF_HZ[key]!;
    const step = (hz: number) => (2 * Math.PI * hz * (1 + off)) / RATE;
    for (let i = 0; i < (toneMs * RATE) / 1000; i++) {
      const strong = peak * Math.sin(step(low) * i);
      samples.push(strong + peak * 10 ** (twistDb / 20) * Math.sin(step(high) * i + 1));
    }
    for (let i = 0; i < (pauseMs * RATE) / 1000; i++) samples.push(0);
  }
  const linear = Int16Array.from(samples, (sample) => sample + noise * (random() - 0.5));
  const codes = new Uint8Array(linear.length);
  encodeG711(PCMU, linear, 0, linear.length, codes);
  decodeG711(PCMU, codes, 0, codes.length, linear);
  return linear;
}

function heard(samples: Int16Array, detector = new DtmfDetector()): string {
  let keys = '';
  for (let at = 0; at < samples.length; at += 160) keys += detector.hear(samples.subarray(at, at + 160));
  return keys;
}

describe('DTMF tones in the sound', () => {
  it.each<[string, Style]>([
    ['as telephones play them', {}],
    ['as short and as close as they may be', { toneMs: 42, pauseMs: 42 }],
    ['as quiet as they may be', { peak: 700 }],
    ['as loud as two tones can be', { peak: 15_500 }],
    ['with the high tone 6 dB louder', { twistDb: 6, peak: 2_000 }],
    ['with the high tone 7 dB quieter', { twistDb: -7 }],
    ['1.5 % too high', { off: 0.015 }],
    ['1.5 % too low', { off: -0.015 }],
    ['held for a second', { toneMs: 1_000 }],
    ['in noise', { noise: 2_500 }],
  ])('Each key in the sound is heard exactly once: %s', (_, style) => {
    expect(heard(played(KEYS + KEYS, style))).toBe(KEYS + KEYS);
    expect(heard(played('4455', style))).toBe('4455');
  });

  it.each<[string, Style]>([
    ['too short', { toneMs: 20 }],
    ['too quiet', { peak: 150 }],
    ['too unequal', { twistDb: 14, peak: 1_500 }],
    ['off by 4 %', { off: 0.04 }],
  ])('No key is heard when the tones are %s', (_, style) => {
    expect(heard(played(KEYS, style))).toBe('');
  });

  it('A gap of a few milliseconds does not end a key', () => {
    const samples = played('5', { toneMs: 200 });
    samples.fill(0, 1_000, 1_060);
    expect(heard(samples)).toBe('5');
  });

  it('No key is heard in single tones, chords, buzz or noise', () => {
    const random = seeded(3);
    const sounds = [
      (i: number) => 8_000 * Math.sin((2 * Math.PI * 770 * i) / RATE),
      (i: number) =>
        6_000 * (Math.sin((2 * Math.PI * 350 * i) / RATE) + Math.sin((2 * Math.PI * 440 * i) / RATE)),
      () => 20_000 * (random() - 0.5),
      // A chord of four notes that contains both a low and a high tone of a key.
      (i: number) =>
        [697, 880, 1209, 1760].reduce((sum, hz) => sum + 3_000 * Math.sin((2 * Math.PI * hz * i) / RATE), 0),
      // A voice-like buzz that glides through all pitches.
      (i: number) => {
        const phase = 2 * Math.PI * (120 * (i / RATE) + 4 * Math.sin(i / 3_000));
        let sum = 0;
        for (let n = 1; n <= 20; n++) sum += (2_500 / n ** 0.7) * Math.sin(n * phase);
        return sum;
      },
    ];
    for (const sound of sounds)
      expect(heard(Int16Array.from({ length: 5 * RATE }, (_, i) => sound(i)))).toBe('');
  });
});
