import { describe, expect, it } from 'vitest';
import { continueSound, findClicks, levelDbfs, pitchPeriod, tone, toneLevelDbfs } from '#audio';
import { JitterBuffer } from './jitter-buffer.ts';

const RATE = 48_000;
const FRAME = 960;
const DELAY_MS = 3;

function createBuffer(): JitterBuffer {
  return new JitterBuffer({
    sampleRate: RATE,
    frameSamples: FRAME,
    continuation: { pitchPeriod, continueSound },
  });
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Ten seconds of a voice that can be repeated without a seam: words of a gliding pitch, with pauses. */
const VOICE = (() => {
  const length = 10 * RATE;
  let phase = 0;
  return Int16Array.from({ length }, (_, i) => {
    const second = i / RATE;
    phase += (130 + 25 * Math.sin((2 * Math.PI * second) / 2.5)) / RATE;
    const word = Math.max(0, Math.sin((2 * Math.PI * second) / 2)) ** 0.5;
    let value = 0;
    for (let k = 1; k <= 12; k++) value += Math.sin(2 * Math.PI * k * phase + k * k) / k;
    return Math.round(4_000 * word * value);
  });
})();

/** Returns frame `n` of an endless sound. */
type Sound = (n: number) => Int16Array;

const voice: Sound = (n) => VOICE.subarray((n * FRAME) % VOICE.length, ((n * FRAME) % VOICE.length) + FRAME);
/** 440 Hz: 44 periods fill exactly five frames. */
const TONE = tone(440, 5 * FRAME, RATE, 8_000);
const steady: Sound = (n) => TONE.subarray((n % 5) * FRAME, ((n % 5) + 1) * FRAME);

/**
 * Simulates a sender whose clock drifts and a network; each frame that the mixer takes every 20 ms is passed
 * to `heard`.
 */
function converse(
  seconds: number,
  sound: Sound,
  options: { drift?: number; lost?: (n: number) => boolean },
  heard: (frame: Int16Array, buffer: JitterBuffer, outcome: string) => void,
): JitterBuffer {
  const { drift = 0, lost = () => false } = options;
  const buffer = createBuffer();
  const out = new Int16Array(FRAME);
  let sent = 0;
  for (let now = 7; now < seconds * 1000; now += 20) {
    for (; sent * 20 * (1 + drift) + DELAY_MS <= now; sent++) {
      if (!lost(sent)) buffer.put(sent * FRAME, sound(sent), FRAME, sent * 20 * (1 + drift) + DELAY_MS);
    }
    heard(out, buffer, buffer.take(now, out));
  }
  return buffer;
}

describe('the jitter buffer at 48 kHz', () => {
  it.each([
    ['a voice', 300e-6, voice],
    ['a voice', -300e-6, voice],
    ['a tone without a pause', 300e-6, steady],
    ['a tone without a pause', -300e-6, steady],
  ])('Five minutes of %s are played from a clock off by %f', (_, drift, sound) => {
    const window = new Int16Array(4 * FRAME);
    let [moved, moves, sinceMove, deepest, concealed, n] = [0, 0, 9, 0, 0, 0];
    const clicks: unknown[] = [];
    const end = converse(300, sound, { drift }, (frame, buffer, outcome) => {
      n++;
      window.copyWithin(0, FRAME);
      window.set(frame, 3 * FRAME);
      if (n < 100) return;
      const total = buffer.skippedSamples + buffer.repeatedSamples;
      sinceMove = total === moved ? sinceMove + 1 : 0;
      if (total !== moved) moves++;
      moved = total;
      if (sinceMove === 1) clicks.push(...findClicks(window));
      if (outcome === 'concealed') concealed++;
      deepest = Math.max(deepest, buffer.bufferedMs);
    });
    expect(moves).toBeGreaterThan(2);
    expect(clicks).toEqual([]);
    // 300 s at 300 ppm are 90 ms that must be skipped or repeated: more than the slack alone holds.
    expect(end.skippedSamples - end.repeatedSamples).toSatisfy(
      (samples: number) => samples * -Math.sign(drift) > 2_000,
    );
    expect(concealed).toBeLessThan(5);
    expect(end.late).toBeLessThan(5);
    expect(deepest).toBeLessThan(80);
  });

  it('Lost packets of tone and voice are concealed without a click', () => {
    for (const sound of [steady, voice]) {
      const random = seeded(2);
      const all: Int16Array[] = [];
      const lossy = { lost: () => random() < 0.05 };
      let concealed = 0;
      converse(10, sound, lossy, (frame, _, outcome) => {
        all.push(frame.slice());
        if (outcome === 'concealed') concealed++;
      });
      const heard = Int16Array.from(all.slice(50).flatMap((frame) => [...frame]));
      expect(concealed).toBeGreaterThan(10);
      expect(findClicks(heard)).toEqual([]);
      if (sound === steady) expect(toneLevelDbfs(heard, 440, RATE)).toBeGreaterThan(-13.5);
    }
  });

  it('A gap without packets fades to silence and ends without a click', () => {
    const all: Int16Array[] = [];
    const gap = { lost: (n: number) => n >= 50 && n < 100 };
    converse(3, steady, gap, (frame) => all.push(frame.slice()));
    const heard = Int16Array.from(all.flatMap((frame) => [...frame]));
    expect(findClicks(heard.subarray(5 * FRAME))).toEqual([]);
    expect(levelDbfs(heard, RATE * 1.2, RATE * 1.9)).toBeLessThan(-100);
    expect(toneLevelDbfs(heard.subarray(RATE * 2.3), 440, RATE)).toBeGreaterThan(-13);
  });
});
