import { expect, it } from 'vitest';
import { resample } from '#audio';
import { synthesizeAt } from './at-rate.ts';

const SAMPLES = Int16Array.from({ length: 100_000 }, (_, n) => Math.round(9_000 * Math.sin(n / 7)));
const SPEECH = { synthesize: async () => SAMPLES.slice(), close: async () => {} };
const REQUEST = { text: 'Welcome.', textType: 'text', voiceId: 'Joanna' } as const;

it.each([8_000, 16_000, 22_050, 48_000])('Long speech at %i Hz has no seams', async (rate) => {
  let turns = 0;
  let spoken = false;
  const count = (): void => {
    turns += 1;
    if (!spoken) setImmediate(count);
  };
  setImmediate(count);
  const samples = await synthesizeAt(SPEECH, REQUEST, rate);
  spoken = true;
  expect(samples).toEqual(resample(SAMPLES, 8_000, rate));
  // At the original rate, it is only copied.
  const turnsAtLeast = rate === 8_000 ? 0 : Math.floor(samples.length / 48_000) - 1;
  expect(turns).toBeGreaterThanOrEqual(turnsAtLeast);
});
