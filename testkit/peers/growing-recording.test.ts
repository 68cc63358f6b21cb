import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tone, writeWav } from '#audio';
import { waitForTones } from '../telephone/ears.ts';
import { GrowingRecording } from './growing-recording.ts';

const RATE = 8000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'growing-recording-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('A growing recording keeps everything that was heard', async () => {
  const line = new GrowingRecording(folder, (file) => file === 'heard.wav');
  expect([line.heard.length, line.lastHeard(100)]).toEqual([0, new Int16Array(0)]);
  const file = path.join(folder, 'heard.wav');
  writeFileSync(file, writeWav({ sampleRate: RATE, samples: tone(700, RATE / 5, RATE) }));
  expect(line.heard.length).toBe(10);
  for (const hz of [800, 900, 0]) appendFileSync(file, Buffer.from(tone(hz, 3 * RATE, RATE).buffer));
  expect(line.heard.length).toBe(460);
  const phone = { line, until: async (_what: string, holds: () => boolean) => expect(holds()).toBe(true) };
  await waitForTones(phone, [700, 800, 900]);
  expect(line.lastHeard(20)).toEqual(new Int16Array(160));
  line.close();
});
