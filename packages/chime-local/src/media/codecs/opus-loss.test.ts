import { Encoder } from '@evan/opus/wasm/index.mjs';
import { describe, expect, it } from 'vitest';
import { continueSound, findClicks, levelDbfs, pitchPeriod, tone, toneLevelDbfs } from '#audio';
import { type Band, FORMS } from '#conference';
import { JitterBuffer } from '#rtp';
import { OpusDecoder } from './opus.ts';

const FRAMES = 400;

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * The sound that is heard of what a browser sends: it is encoded at 48 kHz as a browser does and loses
 * packets on the way.
 */
function through(sound: Int16Array, band: Band, lost: (n: number) => boolean) {
  const { sampleRate, frameSamples } = FORMS[band];
  const browser = new Encoder({ channels: 1, sample_rate: 48_000, application: 'voip' });
  const decoder = new OpusDecoder(band);
  const jitter = new JitterBuffer({ sampleRate, frameSamples, continuation: { pitchPeriod, continueSound } });
  const heard = new Int16Array(FRAMES * frameSamples);
  let concealed = 0;
  for (let n = 0; n < FRAMES; n++) {
    const packet = browser.encode(sound.subarray(n * 960, (n + 1) * 960));
    if (!lost(n)) {
      const samples = decoder.decode(packet)!;
      jitter.put(n * frameSamples, samples, samples.length, n * 20);
    }
    const frame = heard.subarray(n * frameSamples, (n + 1) * frameSamples);
    if (jitter.take(n * 20 + 5, frame) === 'concealed') concealed++;
  }
  // The beginning of the stream is left out: it is not what is tested here.
  return { heard: heard.subarray(20 * frameSamples), concealed, sampleRate };
}

describe.each(['narrow', 'full'] as const)("a browser's Opus with losses, in the %s band", (band) => {
  it('A tone continues across lost Opus packets', () => {
    const random = seeded(5);
    const sound = tone(440, FRAMES * 960, 48_000, 8_000);
    const { heard, concealed, sampleRate } = through(sound, band, () => random() < 0.05);
    expect(concealed).toBeGreaterThan(10);
    expect(findClicks(heard)).toEqual([]);
    expect(toneLevelDbfs(heard, 440, sampleRate)).toBeGreaterThan(-13.5);
  });

  it('A voice continues across losses but falls silent in a long gap', () => {
    const random = seeded(6);
    let phase = 0;
    const voice = Int16Array.from({ length: FRAMES * 960 }, (_, i) => {
      const second = i / 48_000;
      phase += (130 + 25 * Math.sin((2 * Math.PI * second) / 2.5)) / 48_000;
      const word = Math.max(0, Math.sin(2 * Math.PI * second)) ** 0.5;
      let value = 0;
      for (let k = 1; k <= 12; k++) value += Math.sin(2 * Math.PI * k * phase + k * k) / k;
      return Math.round(4_000 * word * value);
    });
    const gap = (n: number) => n > 300 && n < 330;
    const { heard, sampleRate } = through(voice, band, (n) => gap(n) || random() < 0.03);
    expect(findClicks(heard)).toEqual([]);
    const at = (n: number) => ((n - 20) * sampleRate) / 50;
    expect(levelDbfs(heard, at(310), at(328))).toBe(-120);
    expect(levelDbfs(heard, at(351), at(374))).toBeGreaterThan(-25);
  });
});
