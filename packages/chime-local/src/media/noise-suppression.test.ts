import { afterAll, beforeAll, expect, it } from 'vitest';
import { levelDbfs } from '#audio';
import { silentLog } from '#platform';
import { type Speech, startSpeech } from '#speech';
import { NoiseSuppressor } from './codecs/noise-suppressor.ts';

const RATE = 8_000;
const FRAME = 160;

let speech: Speech;
beforeAll(() => {
  speech = startSpeech({ log: silentLog });
});
afterAll(() => speech.close());

/** White noise of that amplitude, the same each time. */
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

it('T-057 noise falls by 15 dB, a voice in it stays', async () => {
  const hiss = noise(3 * RATE, 800);
  const quiet = await suppressed(hiss);
  const fall = levelDbfs(hiss, RATE) - levelDbfs(quiet, RATE);
  const said = await speech.synthesize({
    text: 'The quick brown fox jumps over the lazy dog.',
    textType: 'text',
    voiceId: 'Matthew',
  });
  const spoken = Int16Array.from(said, (sample, i) =>
    Math.max(-32_768, Math.min(32_767, sample + hiss[i % hiss.length]!)),
  );
  const kept = levelDbfs(said) - levelDbfs(await suppressed(spoken));
  console.info(`Voice focus: noise ${fall.toFixed(1)} dB lower, the voice ${kept.toFixed(1)} dB.`);
  expect(fall).toBeGreaterThan(15);
  expect(kept).toBeLessThan(3);
});
