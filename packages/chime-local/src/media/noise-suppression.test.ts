import { expect, it } from 'vitest';
import { levelDbfs } from '#audio';
import { NoiseSuppressor } from './codecs/noise-suppressor.ts';

const RATE = 8_000;
const FRAME = 160;

/**
 * A voice that says "a-o-a-o": harmonics of a gliding pitch, through two moving formants, four syllables a
 * second.
 */
function vowels(count: number): Int16Array {
  let phase = 0;
  return Int16Array.from({ length: count }, (_, i) => {
    const t = i / RATE;
    const pitch = 130 + 25 * Math.sin(2 * Math.PI * 0.7 * t);
    phase += (2 * Math.PI * pitch) / RATE;
    const formants = [700 - 200 * Math.sin(2 * Math.PI * 2 * t), 1_200 - 300 * Math.sin(2 * Math.PI * 2 * t)];
    let sum = 0;
    for (let n = 1; n * pitch < 3_400; n++) {
      const gain = formants.reduce((all, hz) => all + 1 / (1 + ((n * pitch - hz) / 120) ** 2), 0.02);
      sum += gain * Math.sin(n * phase);
    }
    const syllable = 0.5 - 0.5 * Math.cos(2 * Math.PI * 4 * t);
    return Math.round(2_500 * syllable * sum);
  });
}

/** White noise of the given amplitude, the same each time. */
function noise(count: number, amplitude: number): Int16Array {
  let seed = 1;
  return Int16Array.from({ length: count }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.round((seed / 1_073_741_824 - 1) * amplitude);
  });
}

async function suppressed(samples: Int16Array): Promise<Int16Array> {
  const suppressor = await NoiseSuppressor.create();
  const out = samples.slice();
  for (let at = 0; at + FRAME <= out.length; at += FRAME) suppressor.process(out.subarray(at, at + FRAME));
  suppressor.close();
  return out;
}

it('T-057 Noise is reduced by 15 dB and the voice is kept', async () => {
  const hiss = noise(3 * RATE, 800);
  const quiet = await suppressed(hiss);
  const fall = levelDbfs(hiss, RATE) - levelDbfs(quiet, RATE);
  const said = vowels(3 * RATE);
  const spoken = Int16Array.from(said, (sample, i) =>
    Math.max(-32_768, Math.min(32_767, sample + hiss[i % hiss.length]!)),
  );
  const kept = levelDbfs(said) - levelDbfs(await suppressed(spoken));
  console.info(`Voice focus: noise ${fall.toFixed(1)} dB lower, the voice ${kept.toFixed(1)} dB.`);
  expect(fall).toBeGreaterThan(15);
  expect(kept).toBeLessThan(3);
});

it('A telephone without sound costs nothing until it sends some', async () => {
  const suppressor = await NoiseSuppressor.create();
  const idle = Int16Array.from({ length: FRAME }, (_, i) => (i % 2 ? 8 : -8));
  let frames = 0;
  for (; !suppressor.rests && frames < 100; frames++) suppressor.process(idle.slice());
  expect(frames).toBe(26);
  const frame = idle.slice();
  suppressor.process(frame);
  expect(frame).toEqual(new Int16Array(FRAME));
  const said = vowels(RATE);
  const heard = said.slice();
  for (let at = 0; at + FRAME <= heard.length; at += FRAME)
    suppressor.process(heard.subarray(at, at + FRAME));
  suppressor.close();
  expect(suppressor.rests).toBe(false);
  expect(levelDbfs(said) - levelDbfs(heard)).toBeLessThan(3);
});
