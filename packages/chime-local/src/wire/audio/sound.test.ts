import { describe, expect, it } from 'vitest';
import { continueSound, pitchPeriod } from './continuation.ts';
import { crossFade, fadeIn, fadeOut, overlap } from './fade.ts';
import { findClicks, hasTone, strongestTone, toneLevelDbfs } from './goertzel.ts';
import { levelDbfs, SILENCE_DBFS } from './level.ts';
import { Limiter } from './limiter.ts';
import { addInto, saturateInto } from './mix.ts';
import { resample, resampleInSteps } from './resample.ts';
import { DTMF_HZ, dtmfTone, tone } from './tone.ts';

describe('level and tones', () => {
  it('A full-scale sine reads 0 dBFS, by level and by tone', () => {
    const sine = tone(1000, 8000, 8000, 32_767);
    expect(levelDbfs(sine)).toBeCloseTo(0, 1);
    expect(toneLevelDbfs(sine, 1000, 8000)).toBeCloseTo(0, 1);
    expect(toneLevelDbfs(sine, 1100, 8000)).toBeLessThan(-60);
    expect(levelDbfs(new Int16Array(10))).toBe(SILENCE_DBFS);
  });

  it('Both tones of every key are found and no others', () => {
    const all = [...new Set(Object.values(DTMF_HZ).flat())];
    for (const key of Object.keys(DTMF_HZ)) {
      const sound = dtmfTone(key, 800, 8000);
      expect(all.filter((hz) => hasTone(sound, hz, 8000))).toEqual(
        all.filter((hz) => DTMF_HZ[key]!.includes(hz)),
      );
    }
    expect(strongestTone(new Int16Array(800), all, 8000)).toBeUndefined();
    expect(() => dtmfTone('x', 1, 8000)).toThrow(RangeError);
  });

  it('A step in a tone clicks; a whole tone does not', () => {
    const whole = tone(440, 1600, 8000);
    expect(findClicks(whole)).toEqual([]);
    const broken = whole.slice();
    broken.set(tone(440, 800, 8000, 8000, 5), 800);
    expect(findClicks(broken).length).toBeGreaterThan(0);
    const cut = whole.slice();
    cut.fill(0, 809);
    expect(findClicks(cut).length).toBeGreaterThan(0);
  });
});

describe('mixing', () => {
  it('Sums saturate instead of wrapping', () => {
    const sum = new Int32Array(3);
    addInto(sum, Int16Array.of(30_000, -30_000, 5));
    addInto(sum, Int16Array.of(30_000, -30_000, 6));
    const out = new Int16Array(3);
    saturateInto(out, sum);
    expect([...out]).toEqual([32_767, -32_768, 11]);
  });
});

describe('the limiter', () => {
  const RATE = 8_000;
  const FRAME = 160;

  /** The limited sum of these tones. `peak` gives the peak of each in a frame. */
  function limited(tones: number[], peak: (frame: number) => number, frames = 150, own?: number): Int16Array {
    const limiter = new Limiter();
    const out = new Int16Array(frames * FRAME);
    for (let n = 0; n < frames; n++) {
      const sum = new Int32Array(FRAME);
      for (const hz of tones) addInto(sum, tone(hz, FRAME, RATE, peak(n), n * FRAME));
      const voice = own === undefined ? undefined : tone(own, FRAME, RATE, peak(n), n * FRAME);
      limiter.limit(out.subarray(n * FRAME, (n + 1) * FRAME), sum, voice, n);
    }
    return out;
  }

  /** The strongest component other than the tones, relative to the strongest tone, dB. */
  function distortion(samples: Int16Array, tones: number[]): number {
    const others = [];
    for (let hz = 60; hz < 3_900; hz += 20) {
      if (tones.every((each) => Math.abs(each - hz) > 50)) others.push(toneLevelDbfs(samples, hz, RATE));
    }
    return Math.max(...others) - Math.max(...tones.map((hz) => toneLevelDbfs(samples, hz, RATE)));
  }

  it.each([
    ['two tones at -4.3 dBFS', [440, 620], 20_000],
    ['three at -2.7 dBFS', [300, 710, 1_130], 24_000],
    ['eight at full scale', [300, 440, 570, 710, 850, 1_130, 1_390, 1_700], 32_000],
    ['two that beat', [440, 443], 30_000],
  ])('A sum is turned down without distortion: %s', (_, tones, peak) => {
    const out = limited(tones, () => peak);
    expect(distortion(out.subarray(RATE / 10), tones)).toBeLessThan(-50);
    expect(out.filter((sample) => Math.abs(sample) >= 32_700).length).toBeLessThan(16);
    expect(findClicks(out.subarray(FRAME))).toEqual([]);
  });

  it('The limiter leaves one voice as it is, even from loud sums', () => {
    const one = tone(440, FRAME * 50, RATE, 32_767);
    expect(limited([440], () => 32_767, 50)).toEqual(one);
    expect(limited([440, 620], () => 32_767, 50, 620)).toEqual(one);
  });

  it('The limiter returns without a click when the sum fits again', () => {
    const loud = (frame: number) => (frame >= 20 && frame < 60 ? 30_000 : 9_000);
    const out = limited([440, 620], loud, 400);
    const end = out.subarray(350 * FRAME);
    const sum = new Int32Array(FRAME);
    for (const hz of [440, 620]) addInto(sum, tone(hz, FRAME, RATE, 9_000, 399 * FRAME));
    expect([...end.subarray(-FRAME)]).toEqual([...sum]);
    // Clicks are allowed where the loudness itself jumps.
    const jumps = [20, 60].map((frame) => frame * FRAME);
    expect(findClicks(out).filter(({ at }) => jumps.every((jump) => Math.abs(at - jump) > 20))).toEqual([]);
  });

  it('The limiter accounts for frames that were skipped', () => {
    const limiter = new Limiter();
    const out = new Int16Array(FRAME);
    limiter.limit(out, new Int32Array(FRAME).fill(60_000), undefined, 1);
    expect(limiter.gainBefore(2)).toBeCloseTo(32_000 / 60_000, 2);
    expect(limiter.gainBefore(60)).toBeGreaterThan(0.7);
    expect(limiter.gainBefore(1_000_000)).toBe(1);
  });
});

describe('fades', () => {
  it('Fades end, start and join tones without a click', () => {
    const sound = tone(300, 960, 8000);
    fadeIn(sound, 0, 40);
    fadeOut(sound, 700, 40);
    expect(findClicks(sound)).toEqual([]);
    expect(Math.max(...sound.subarray(740))).toBe(0);
    const before = tone(300, 1600, 8000);
    const after = tone(500, 800, 8000);
    crossFade(before.subarray(800, 840), after, 40);
    before.set(after, 800);
    expect(findClicks(before)).toEqual([]);
  });

  it('Fades let a new sound start at full strength', () => {
    const before = tone(300, 40, 8000, 1000);
    const after = new Int16Array(160).fill(5000);
    overlap(before, after, 40, 16);
    expect(after[20]).toBeGreaterThan(4000);
    expect(after[60]).toBe(5000);
  });
});

describe('continuation', () => {
  it.each([70, 123, 200, 310, 440, 1000])('A %i Hz tone is continued without a click', (hz) => {
    const sound = tone(hz, 1280, 8000);
    const period = pitchPeriod(sound, 640, 8000);
    const guess = new Int16Array(160);
    continueSound(sound, 640, period, guess, 160);
    const joined = sound.slice(0, 800);
    joined.set(guess, 640);
    expect(findClicks(joined)).toEqual([]);
    expect(toneLevelDbfs(guess, hz, 8000)).toBeGreaterThan(-14);
  });

  it('Silence, noise and short histories are continued without a failure', () => {
    const out = new Int16Array(40);
    for (const length of [0, 1, 2, 7, 40]) {
      const noise = Int16Array.from({ length }, (_, i) => ((i * 7919) % 20_001) - 10_000);
      continueSound(noise, length, pitchPeriod(noise, length, 8000), out, 40);
      expect(Math.max(...out)).toBeLessThanOrEqual(32_767);
    }
    const silence = new Int16Array(320);
    continueSound(silence, 320, pitchPeriod(silence, 320, 8000), out, 40);
    expect([...new Set(out)]).toEqual([0]);
  });
});

describe('resampling', () => {
  it.each([11_025, 16_000, 22_050, 24_000, 44_100, 48_000])('%i Hz gives 8 kHz without aliasing', (rate) => {
    const inBand = resample(tone(1000, rate / 2, rate), rate, 8000);
    expect(inBand.length).toBe(Math.ceil(((rate / 2) * 8000) / rate) || 4000);
    const middle = inBand.subarray(400, 3600);
    expect(toneLevelDbfs(middle, 1000, 8000)).toBeCloseTo(levelDbfs(tone(1000, 8000, 8000)), 0);
    // 4.5 kHz would alias to 3.5 kHz.
    const beyond = resample(tone(4500, rate / 2, rate), rate, 8000).subarray(400, 3600);
    expect(levelDbfs(beyond)).toBeLessThan(-70);
  });

  it('Doubling 8 kHz creates no image; equal rates give a copy', () => {
    const up = resample(tone(3000, 4000, 8000), 8000, 16_000).subarray(800, 7200);
    expect(toneLevelDbfs(up, 3000, 16_000)).toBeCloseTo(levelDbfs(tone(3000, 8000, 8000)), 0);
    expect(toneLevelDbfs(up, 5000, 16_000)).toBeLessThan(-70);
    expect([...resample(Int16Array.of(1, 2), 8000, 8000)]).toEqual([1, 2]);
    expect(resample(new Int16Array(), 44_100, 8000).length).toBe(0);
  });

  it.each([44_100, 191_999])('%d Hz becomes 8 kHz in steps, with the same result', (rate) => {
    const sound = tone(1000, 200_000, rate);
    const steps = resampleInSteps(sound, rate, 8000);
    let count = 1;
    let step = steps.next();
    for (; !step.done; step = steps.next()) count++;
    expect(count).toBeGreaterThan(3);
    expect(step.value).toEqual(resample(sound, rate, 8000));
  });

  it('Invalid rates are refused', () => {
    expect(() => resample(new Int16Array(1), 0, 8000)).toThrow(/fromRate is 0/);
    expect(() => resample(new Int16Array(1), 8000, 8000.5)).toThrow(/toRate is 8000.5/);
  });
});
