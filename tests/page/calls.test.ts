import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  causeTone,
  hears,
  hearsSilence,
  type Telephone,
  waitForTone,
  waitForToneToEnd,
  waitForVoice,
} from '#testkit';
import { axeFindings, COLOR_SCHEMES, pixelsBeyondTheEdge, sees, WIDTHS } from '../console/looks.ts';
import { shownByTheNextAnswer } from '../console/next-answer.ts';
import { hz, realPage } from './real-page.ts';

const world = realPage();
const ALICE = '+12065550101';
const BOB = '+12065550102';
const CAROL = '+12065550103';
const DAVE = '+12065550104';
const ERIN = '+12065550105';
const VOICE_HZ = 400;
const FIRST = 'First meeting';

/** Two callers who stay for the whole file, and one who leaves in the middle of it; others dial in within a test. */
let alice: Telephone;
let bob: Telephone;
let erin: Telephone;

beforeAll(async () => {
  [alice, bob, erin] = await Promise.all([world.join(ALICE), world.join(BOB), world.join(ERIN)]);
});
afterAll(async () => {
  await Promise.all([alice?.hangUp(), bob?.hangUp()]);
});

const button = (name: string, page = world.page) => page.getByRole('button', { name, exact: true });
const select = (name: string) => world.page.getByRole('combobox', { name });
const row = (number: string, page = world.page) => page.getByRole('row').filter({ hasText: number });
const newest = () => world.page.locator('.update').first();

/** Waits until an update has gone through every step, each with its time, in the order in which they happened. */
async function isDone(update: Locator): Promise<void> {
  await update.and(world.page.locator('[data-status="done"]')).waitFor();
  const steps = await update.getByRole('listitem').allInnerTexts();
  expect(steps.map((step) => step.split('\n')[0])).toEqual([
    'Clicked',
    'Accepted by API',
    'Seen by handler',
    'Done',
  ]);
  const times = steps.map((step) => /\d\d:\d\d:\d\d\.\d{3}/.exec(step)?.[0] ?? 'none');
  expect(times).toEqual([...times].sort());
}

test('A telephone is shown from joining until it hangs up', async () => {
  const { page, stack } = world;
  await world.open();
  await page.getByRole('article', { name: FIRST }).getByText('3 callers').waitFor();
  const known = () =>
    stack.until('a row', ({ Items }) => Items.find(({ fromNumber }) => fromNumber === CAROL));
  const joining = world.join(CAROL);
  await shownByTheNextAnswer(page, known, () => row(CAROL).waitFor());
  const carol = await joining;
  await sees(row(CAROL), /^joined \d\d:\d\d:\d\d$/);
  await expect.poll(() => page.title()).toBe('(4) Live Call');
  await carol.hangUp();
  const gone = () =>
    stack.until('no row', ({ Items }) => Items.every(({ fromNumber }) => fromNumber !== CAROL));
  await shownByTheNextAnswer(page, gone, () => row(CAROL).waitFor({ state: 'detached' }));
});

test.each([
  'NodeJS',
  'Python',
])('Meeting, attendee, update, Submit with %s: the caller hears it', async (via) => {
  await world.open();
  await select('Meeting').selectOption(FIRST);
  await select('Attendee').selectOption({ label: ALICE });
  await select('Update').selectOption({ label: 'Play a prompt' });
  await select('Prompt').selectOption('announcement.wav');
  await causeTone(alice, hz('announcement.wav'), () => button(`Submit with ${via}`).click());
  expect(hears(bob, hz('announcement.wav'))).toBe(false);
  await isDone(newest());
  await sees(newest(), via);
  await waitForToneToEnd(alice, hz('announcement.wav'));
});

test('A text is spoken to the caller alone', async () => {
  await world.open();
  await alice.until('silence', () => hearsSilence(alice));
  await button(`Speak a text to ${ALICE}`).click();
  const dialog = world.page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Text' }).fill('Hello.');
  await Promise.all([
    waitForVoice(alice, { fromNow: true }),
    dialog.getByRole('button', { name: 'Speak through NodeJS' }).click(),
  ]);
  expect(hearsSilence(bob)).toBe(true);
  await sees(newest(), 'Hello.');
  await isDone(newest());
});

test('A caller who speaks is marked, and unheard only while muted', async () => {
  await world.open();
  await sees(row(ALICE), 'Silent');
  alice.line.sayTone(VOICE_HZ);
  await sees(row(ALICE), 'Speaking');
  await sees(row(BOB), 'Silent');
  await waitForTone(bob, VOICE_HZ);
  await button(`Mute ${ALICE}`).click();
  await sees(row(ALICE), 'by an operator');
  await bob.until('silence', () => hearsSilence(bob));
  await sees(row(ALICE), 'Silent');
  await button(`Unmute ${ALICE}`).click();
  await sees(row(ALICE), 'Open');
  await waitForTone(bob, VOICE_HZ);
  await sees(row(ALICE), 'Speaking');
  alice.line.sayTone(0);
  await sees(row(ALICE), 'Silent');
  await isDone(newest());
});

test('The page shows a caller’s mute and unmute by keys', async () => {
  await world.open();
  await bob.press('*7');
  await sees(row(BOB), 'by the caller');
  await bob.press('*8');
  await sees(row(BOB), 'Open');
  await waitForToneToEnd(bob, hz('unmuted.wav'));
});

test('Two operators see the same, and each other’s updates', async () => {
  await world.open();
  const other = await world.another();
  await world.open(other);
  await button(`Mute ${BOB}`, other).click();
  await sees(row(BOB), 'by an operator');
  await sees(newest(), 'another operator');
  await button(`Unmute ${BOB}`).click();
  await sees(row(BOB, other), 'Open');
  await button(`Mute ${BOB}`, other).waitFor();
  await isDone(newest());
});

test('An update to a call that has ended says so clearly', async () => {
  const { page, stack } = world;
  await world.open();
  await row(ERIN).waitFor();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/api/queryMeetings', async (route) => {
    await held;
    await route.continue();
  });
  await erin.hangUp();
  await stack.until('no row', ({ Items }) => !Items.some(({ fromNumber }) => fromNumber === ERIN));
  await button(`Mute ${ERIN}`).click();
  await sees(newest(), 'Not accepted');
  await sees(newest(), 'is not in progress: it has ended, or it never was.');
  await sees(newest(), 'The call has ended. Choose another attendee.');
  release();
  await row(ERIN).waitFor({ state: 'detached' });
});

test('A further meeting has its own PIN, callers and sound', async () => {
  const { page } = world;
  await world.open();
  await button('New meeting').click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Night shift');
  await button('Create meeting').click();
  const pin = await page.getByRole('dialog').locator('.pin-digits').innerText();
  await button('Done').click();
  const phones = await Promise.all([world.join(CAROL, pin), world.join(DAVE, pin)]);
  const [carol, dave] = phones;
  const meeting = page.getByRole('article', { name: 'Night shift' });
  await sees(meeting, '2 callers');
  carol.line.sayTone(VOICE_HZ);
  await waitForTone(dave, VOICE_HZ);
  expect(hearsSilence(alice)).toBe(true);

  await button('Play to all in Night shift').click();
  await page.getByRole('dialog').getByRole('combobox').selectOption('meeting-ended.wav');
  await Promise.all([
    ...phones.map((phone) => waitForTone(phone, hz('meeting-ended.wav'))),
    button('Play through NodeJS').click(),
  ]);
  await sees(newest(), '2 done');
  await button('Mute all in Night shift').click();
  await dave.until('silence', () => hearsSilence(dave));
  await meeting.getByText('by an operator').nth(1).waitFor();

  await button(`Disconnect ${CAROL}`).click();
  const question = page.getByRole('dialog', { name: `Disconnect ${CAROL}?` });
  await question.getByRole('button', { name: `Disconnect ${CAROL}` }).click();
  await carol.until('BYE', () => carol.ended);
  await button('Disconnect all in Night shift').click();
  await button('Disconnect 1 caller').click();
  await dave.until('BYE', () => dave.ended);
  await sees(meeting, 'Nobody is in.');
  for (const phone of phones) phone.close();
});

test('The page passes axe-core, with nothing too wide, at any width', async () => {
  const { page } = world;
  await world.open();
  await button(`Select ${BOB}`).click();
  alice.line.sayTone(VOICE_HZ);
  await sees(row(ALICE), 'Speaking');
  await button(`Play a prompt to ${BOB}`).click();
  await button('Play through NodeJS').click();
  await isDone(newest());
  for (const { name, width, height } of WIDTHS) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of COLOR_SCHEMES) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFindings(page), `${name}, ${colorScheme}`).toEqual([]);
    }
    expect(await pixelsBeyondTheEdge(page), name).toBeLessThanOrEqual(0);
  }
  alice.line.sayTone(0);
});
