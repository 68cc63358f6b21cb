import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Telephone, waitForTone, waitForToneToEnd } from '#testkit';
import { sees } from '../console/looks.ts';
import { playsNoTone, playsTone, speakTone } from './page-sound.ts';
import { realPage } from './real-page.ts';

/** The client library itself, in the pages of two operators, together with a telephone. */
const world = realPage({
  microphone: 'given',
  flags: ['--allow-loopback-in-peer-connection', '--autoplay-policy=no-user-gesture-required'],
});
const ALICE = '+12065550101';
const ALICE_HZ = 400;
const ANN_HZ = 700;

let alice: Telephone;
beforeAll(async () => {
  alice = await world.join(ALICE);
});
afterAll(async () => {
  await alice?.hangUp();
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const bar = (page: Page) => page.getByRole('region', { name: 'Your meeting' });
const rowOf = (page: Page, what: string | RegExp) => page.getByRole('row').filter({ hasText: what });
/** The other operator's row: both have the same name here. */
const rowOfOther = (page: Page) =>
  page
    .getByRole('row')
    .filter({ has: page.getByRole('img', { name: 'Operator' }) })
    .filter({ hasNotText: 'You' });

async function join(page: Page, how: 'listen' | 'speak'): Promise<void> {
  await world.open(page);
  await button(page, 'Join First meeting').click();
  await page.getByRole('radio', { name: how === 'speak' ? /^Speak/ : /^Listen only/ }).check();
  if (how === 'speak') await sees(page, 'Say something');
  await button(page, how === 'speak' ? 'Join to speak' : 'Join to listen').click();
  await sees(bar(page), /^Connected$/);
  await page.locator('[data-settled="true"]').waitFor();
}

/** Ann speaks, Bob listens. */
async function annAndBob(): Promise<[Page, Page]> {
  const ann = world.page;
  const bob = await world.another();
  await speakTone(ann, ANN_HZ);
  await join(ann, 'speak');
  await join(bob, 'listen');
  return [ann, bob];
}

test('An operator speaks and hears: telephone, page and page', async () => {
  const [ann, bob] = await annAndBob();
  await waitForTone(alice, ANN_HZ);
  await playsTone(bob, ANN_HZ);
  await playsNoTone(ann, ANN_HZ);
  await sees(rowOfOther(bob), 'Speaking');
  alice.line.sayTone(ALICE_HZ);
  await Promise.all([playsTone(ann, ALICE_HZ), playsTone(bob, ALICE_HZ)]);
  await sees(rowOf(ann, ALICE), 'Speaking');
  alice.line.sayTone(0);
  await sees(rowOf(ann, ALICE), 'Silent');
  await button(ann, 'Leave First meeting').click();
  await waitForToneToEnd(alice, ANN_HZ);
  await rowOfOther(bob).waitFor({ state: 'detached' });
  await sees(bob.getByRole('status', { name: 'Who came and left' }), 'operator left.');
});

test('Nobody hears a muted operator, and pages show who muted them', async () => {
  const [ann, bob] = await annAndBob();
  await waitForTone(alice, ANN_HZ);
  await button(ann, 'Mute your microphone').click();
  await sees(rowOfOther(bob), 'by themselves');
  await waitForToneToEnd(alice, ANN_HZ);
  await button(ann, 'Unmute your microphone').click();
  await waitForTone(alice, ANN_HZ);
  await rowOfOther(bob).getByRole('button', { name: 'Mute operator' }).click();
  await sees(rowOfOther(bob), 'by an operator');
  await sees(bar(ann), 'An operator has muted you');
  await Promise.all([waitForToneToEnd(alice, ANN_HZ), playsNoTone(bob, ANN_HZ)]);
  await button(ann, 'Unmute me').click();
  await Promise.all([waitForTone(alice, ANN_HZ), playsTone(bob, ANN_HZ)]);
  await sees(rowOfOther(bob), 'Open');
});

test('A disconnected operator is told, hears nothing, and may come again', async () => {
  const [ann, bob] = await annAndBob();
  await waitForTone(alice, ANN_HZ);
  await rowOfOther(bob).getByRole('button', { name: 'Disconnect operator' }).click();
  const question = bob.getByRole('dialog', { name: 'Disconnect operator?' });
  await question.getByRole('button', { name: 'Disconnect operator' }).click();
  await sees(ann.getByRole('alert'), 'An operator has taken you out.');
  await waitForToneToEnd(alice, ANN_HZ);
  expect(await ann.locator('audio').count()).toBe(0);
  await button(ann, 'Join again').click();
  await sees(ann, 'Say something');
  await button(ann, 'Join to speak').click();
  await waitForTone(alice, ANN_HZ);
  await ann.close();
  await waitForToneToEnd(alice, ANN_HZ);
  // Both of her visits are shown, greyed, for a moment.
  await expect.poll(() => rowOfOther(bob).count()).toBe(0);
});
