import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tone, writeWav } from '#audio';
import { RunningStack, Telephone, waitForTone } from '#testkit';
import { putIntoStack } from '../../tools/create-wav/running-stack.ts';

const RATE = 8_000;
const NEW_HZ = 1_230;

let stack: RunningStack;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'new-prompts-'));
  stack = await RunningStack.start();
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('A new prompt is heard in the running stack without a restart', async () => {
  const samples = tone(NEW_HZ, 3 * RATE, RATE);
  writeFileSync(path.join(folder, 'welcome-enter-pin.wav'), writeWav({ sampleRate: RATE, samples }));
  expect(await putIntoStack(stack.endpoints, folder, ['welcome-enter-pin'])).toBe(1);
  const { sip, phoneNumber } = stack.endpoints;
  const phone = await Telephone.call({ server: sip, to: phoneNumber, from: '+14155550123' });
  await waitForTone(phone, NEW_HZ);
  await phone.hangUp();
});
