import { expect, test } from 'vitest';
import { sees } from './looks.ts';
import { shownByTheNextAnswer } from './next-answer.ts';
import { operatorPage, supportCalls } from './operator-page.ts';

const world = operatorPage();

test('Without a meeting the page explains how; creating gives a PIN', async () => {
  const { api, page } = world;
  await world.open();
  await page.getByRole('button', { name: 'Create the first meeting' }).click();
  await page.getByRole('button', { name: 'Create meeting' }).click();
  await sees(page, 'Give the meeting a name.');
  await page.getByRole('textbox', { name: 'Name' }).fill('Night shift');
  await page.getByRole('button', { name: 'Create meeting' }).click();
  const dialog = page.getByRole('dialog', { name: 'Night shift is ready' });
  await sees(dialog, '48151623');
  await sees(dialog, '+1 555-010-0200');
  await dialog.getByRole('button', { name: 'Copy PIN of Night shift' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('48151623');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await sees(page.getByRole('article', { name: 'Night shift' }), 'Nobody is in.');
  expect(api.askedOf('/createMeeting')).toEqual([{ name: 'Night shift' }]);
});

test("A caller's row leads to the page of its call", async () => {
  const { api, page } = world;
  api.addMeeting('Support', '48151623');
  const call = api.addCall('Support', '+12065550101');
  api.config = { callsUrl: `${api.origin}/calls/` };
  await world.open();
  const link = page
    .getByRole('row')
    .filter({ hasText: '+12065550101' })
    .getByRole('link', { name: /^Trace/ });
  expect(await link.getAttribute('href')).toBe(`${api.origin}/calls/#${call.transactionId}`);
  api.config = {};
  await world.open();
  await sees(page.getByRole('row').filter({ hasText: '+12065550101' }), 'Open');
  expect(await link.count()).toBe(0);
});

test('A meeting that cannot be created says why and keeps the name', async () => {
  const { api, page } = world;
  await world.open();
  await page.getByRole('button', { name: 'New meeting' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Support');
  api.plan('/createMeeting', 409, { code: 'NameInUse', message: 'Choose another name.', field: 'name' });
  api.plan('/createMeeting', 502, { code: 'Upstream', message: 'The table did not answer.' });
  const name = page.getByRole('textbox', { name: 'Name' });
  await page.getByRole('button', { name: 'Create meeting' }).click();
  await sees(page, 'Choose another name.');
  expect(await name.getAttribute('aria-invalid')).toBe('true');
  expect(await name.evaluate((one) => one === document.activeElement)).toBe(true);
  await page.getByRole('button', { name: 'Create meeting' }).click();
  await sees(page.getByRole('alert'), 'The table did not answer.');
  expect(await name.inputValue()).toBe('Support');
});

test('A name in use is refused before anything is sent', async () => {
  const { api, page } = world;
  api.addMeeting('Support', '48151623');
  await world.open();
  await page.getByRole('button', { name: 'New meeting' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(' support ');
  await page.getByRole('button', { name: 'Create meeting' }).click();
  await sees(page, 'There is a meeting named “Support” already.');
  expect(api.askedOf('/createMeeting')).toEqual([]);
});

test('A caller’s row shows number, time in, who muted it, and speaking', async () => {
  const { api, page } = world;
  api.addMeeting('Support', '48151623');
  const joinedAt = new Date(Date.now() - 754_000).toISOString();
  const speaker = api.addCall('Support', '+12065550101', { joinedAt });
  api.addCall('Support', '+12065550102', { muted: true, mutedBy: 'participant' });
  api.addCall('Support', '+12065550103', { muted: true, mutedBy: 'caller', status: 'joining' });
  await world.open();
  api.speak([speaker.attendeeId]);
  const table = page.getByRole('table', { name: 'Who is in Support' });
  const row = (number: string) => table.getByRole('row').filter({ hasText: number });
  await sees(row('+12065550101'), /^1[2-9]:\d\d$/);
  await sees(row('+12065550101'), 'Open');
  await sees(row('+12065550101'), 'Speaking');
  await sees(row('+12065550102'), 'by another caller');
  await sees(row('+12065550102'), 'Silent');
  await sees(row('+12065550103'), 'by the caller');
  await sees(row('+12065550103'), /joining/);
  expect(await table.getByRole('columnheader').allInnerTexts()).toEqual([
    'Who',
    'In for',
    'Microphone',
    'Speaking',
    'Actions',
  ]);
});

test('Without a source of speakers there is no such column', async () => {
  world.api.withActivity = false;
  supportCalls(world.api);
  await world.open();
  expect(await world.page.getByRole('columnheader', { name: 'Speaking' }).count()).toBe(0);
  await sees(world.page, 'Who is speaking is known only of the meeting that you are in');
});

test('The window’s title shows how many callers are in', async () => {
  const { api, page } = world;
  await world.open();
  expect(await page.title()).toBe('Live Call');
  const { first } = supportCalls(api);
  api.addCall('Other', '+12065550150');
  await expect.poll(() => page.title()).toBe('(3) Live Call');
  api.endCall(first);
  await expect.poll(() => page.title()).toBe('(2) Live Call');
});

test('Everything is shown by the next answer, without a reload', async () => {
  const { api, page } = world;
  const { first } = supportCalls(api);
  await world.open();
  const within = (change: () => void, shown: () => Promise<void>) =>
    shownByTheNextAnswer(page, change, shown);
  await within(
    () => void api.addCall('Support', '+12065550199'),
    () => page.getByRole('button', { name: 'Select +12065550199' }).waitFor(),
  );
  await within(
    () => api.change(first, { muted: true, mutedBy: 'caller' }),
    () => sees(page, 'by the caller'),
  );
  await within(
    () => api.endCall(first),
    () => page.getByRole('button', { name: 'Select +12065550101' }).waitFor({ state: 'detached' }),
  );
  await within(
    () => api.addMeeting('New one', '11112222'),
    () => sees(page.getByRole('article', { name: 'New one' }), '11112222'),
  );
});

/** Milliseconds of a slow answer: longer than the second after which the page polls again. */
const SLOW_MS = 1200;

test('Polls never overlap, and the title counts on behind another tab', async () => {
  const { api, page } = world;
  let open = 0;
  let most = 0;
  let asked = 0;
  await page.route('**/api/queryMeetings', async (route) => {
    open += 1;
    asked += 1;
    most = Math.max(most, open);
    await page.waitForTimeout(SLOW_MS).catch(() => {});
    open -= 1;
    await route.continue().catch(() => {});
  });
  await page.goto(api.origin);
  await page.getByText('Live', { exact: true }).waitFor();
  const enough = asked + 3;
  while (asked < enough) {
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await page.waitForTimeout(50);
  }
  expect(most).toBe(1);
  await page.unroute('**/api/queryMeetings');
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  // Behind another tab, only the window's title is visible, and it goes on counting.
  api.addCall('Support', '+12065550199');
  await expect.poll(() => page.title()).toBe('(1) Live Call');
});

test('The page says that the network is lost, and recovers by itself', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  api.networkLost = true;
  await sees(page.getByRole('alert'), 'Reconnecting…');
  await sees(page.getByRole('row').filter({ hasText: '+12065550101' }), 'not known');
  await page.getByRole('button', { name: 'Mute +12065550101', exact: true }).click();
  await sees(page, 'The server could not be reached. Check the network, then try again.');
  api.networkLost = false;
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Try again: Mute +12065550101' }).click();
  await sees(page, 'Done');
});
