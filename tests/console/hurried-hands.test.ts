import { expect, test } from 'vitest';
import { sees } from './looks.ts';
import { operatorPage, supportCalls } from './operator-page.ts';

const world = operatorPage();

const row = (number: string) => world.page.getByRole('row').filter({ hasText: number });
const button = (name: string) => world.page.getByRole('button', { name, exact: true });

test('two quick clicks on a red button disconnect nobody', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  const box = await button('Disconnect +12065550101').boundingBox();
  if (!box) throw new Error('The button is not there.');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (const pause of [0, 250, 150]) {
    await page.waitForTimeout(pause);
    await page.mouse.down();
    await page.mouse.up();
  }
  await page.getByRole('dialog', { name: 'Disconnect +12065550101?' }).waitFor();
  expect(api.askedOf('/updateCallNode')).toEqual([]);
});

test('keeps the row of a caller who left for a moment', async () => {
  const { api } = world;
  const { first } = supportCalls(api);
  await world.open();
  const before = await row('+12065550102').boundingBox();
  api.endCall(first);
  await sees(row('+12065550101'), 'left');
  expect(await button('Disconnect +12065550101').count()).toBe(0);
  expect(await row('+12065550102').boundingBox()).toEqual(before);
  await row('+12065550101').waitFor({ state: 'detached' });
});

test('a row that has just moved takes no click', async () => {
  const { api, page } = world;
  const { first } = supportCalls(api);
  await world.open();
  await page.evaluate(() => {
    const moved = new MutationObserver((changes) => {
      for (const { target } of changes) {
        const events = getComputedStyle(target as Element).pointerEvents;
        if ((target as HTMLElement).dataset.moved !== undefined) document.body.dataset.seen = events;
      }
    });
    moved.observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-moved'] });
  });
  api.endCall(first);
  await row('+12065550101').waitFor({ state: 'detached' });
  await expect.poll(() => page.evaluate(() => document.body.dataset.seen)).toBe('none');
  await button('Unmute +12065550102').click();
  await button('Mute +12065550102').waitFor();
});

test('shows a failed update on the row, and offers another try', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  api.plan('/updateCallNode', 502, { code: 'Upstream', message: 'The service did not answer.' });
  await button('Mute +12065550101').click();
  await sees(row('+12065550101'), 'Mute was not accepted: The service did not answer.');
  const toast = page.getByRole('region', { name: 'An update was not carried out' });
  await sees(toast, '+12065550101');
  await row('+12065550101')
    .getByRole('button', { name: /^Try again/ })
    .click();
  await button('Unmute +12065550101').waitFor();
  await toast.waitFor({ state: 'detached' });
  expect(api.askedOf('/updateCallNode')).toHaveLength(2);
});

test('sends a click on everyone at the pace of the service', async () => {
  const { api, page } = world;
  api.addMeeting('Support', '48151623');
  for (let count = 1; count <= 9; count += 1) api.addCall('Support', `+1206555010${count}`);
  await world.open();
  api.plan('/updateCallNode', 429, { code: 'TooManyRequests', message: 'Too many updates at once.' });
  await button('Disconnect all in Support').click();
  await page.getByRole('button', { name: 'Disconnect 9 callers' }).click();
  await sees(page.getByRole('status', { name: 'Progress in Support' }), /^Disconnect: [4-8] of 9/);
  await expect.poll(() => api.calls.length).toBe(0);
  const orders = api.askedOf('/updateCallNode').map(({ orderId }) => orderId);
  expect([orders.length, new Set(orders).size]).toEqual([10, 9]);
});

test('The focus stays in the list when its row goes', async () => {
  const { api, page } = world;
  const { first } = supportCalls(api);
  await world.open();
  await button('Speak a text to +12065550101').focus();
  api.endCall(first);
  await sees(row('+12065550101'), 'left');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  await expect.poll(focused).toBe('Speak a text to +12065550102');
});

test('chosen halves, dots and bars are seen in forced colours', async () => {
  const { api, page } = world;
  supportCalls(api);
  await page.emulateMedia({ forcedColors: 'active' });
  await world.open();
  const style = (selector: string, name: 'outlineStyle' | 'backgroundColor') =>
    page
      .locator(selector)
      .first()
      .evaluate((one, key) => getComputedStyle(one)[key], name);
  expect(await style('.via label:has(:checked)', 'outlineStyle')).toBe('solid');
  expect(await style('.health .dot', 'backgroundColor')).not.toBe(await style('body', 'backgroundColor'));
});

test('a failure cut on its row is read whole, and nothing moves', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  const message = `The service did not answer: ${'it was asked three times. '.repeat(12)}That was all.`;
  api.plan('/updateCallNode', 502, { code: 'Upstream', message });
  await button('Mute +12065550101').click();
  const cut = row('+12065550101').getByRole('button', { name: /^Mute was not accepted/ });
  await cut.waitFor();
  const width = (one: Element) => [one.scrollWidth, one.clientWidth];
  const [whole = 0, shown = 0] = await cut.evaluate(width);
  expect(whole).toBeGreaterThan(shown);
  const before = await row('+12065550102').boundingBox();
  await cut.focus();
  await page.keyboard.press('Enter');
  const box = page.locator('.whole-failure:visible');
  await sees(box, /asked three times\. That was all\.$/);
  const [full = 0, room = 0] = await box.evaluate(width);
  expect(full).toBeLessThanOrEqual(room);
  expect(await row('+12065550102').boundingBox()).toEqual(before);
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'hidden' });
});

test('nothing moves when the connection is lost or an update fails', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  const places = () =>
    page
      .getByRole('row')
      .or(page.getByRole('button', { name: /^(New meeting|Disconnect \+)/ }))
      .evaluateAll((all) => all.map((one) => JSON.stringify(one.getBoundingClientRect())));
  const before = await places();
  api.plan('/updateCallNode', 502, {
    code: 'Upstream',
    message: 'The service did not answer, and it did not say for how long that is to be expected.',
  });
  await button('Mute +12065550101').click();
  await sees(row('+12065550101'), 'Mute was not accepted');
  expect(await places()).toEqual(before);
  api.networkLost = true;
  await page.getByRole('alert').filter({ hasText: 'Reconnecting' }).waitFor();
  expect(await places()).toEqual(before);
});

test('a notice takes no click in its first moment', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  await page.evaluate(() => {
    const seen = new MutationObserver(() => {
      const banner = document.querySelector('.notices .banner');
      if (banner) document.body.dataset.first ??= getComputedStyle(banner).pointerEvents;
    });
    seen.observe(document.body, { subtree: true, childList: true });
  });
  api.networkLost = true;
  const banner = page.getByRole('alert').filter({ hasText: 'Reconnecting' });
  await banner.waitFor();
  expect(await page.evaluate(() => document.body.dataset.first)).toBe('none');
  await expect.poll(() => banner.evaluate((one) => getComputedStyle(one).pointerEvents)).toBe('auto');
});
