import { expect, test } from 'vitest';
import { eventually } from '#testkit';
import { HASTE_MS } from '../../packages/ui/src/haste.ts';
import { sees, textsOf } from './looks.ts';
import { operatorPage, supportCalls } from './operator-page.ts';

const world = operatorPage();

const row = (number: string) => world.page.getByRole('row').filter({ hasText: number });
const button = (name: string) => world.page.getByRole('button', { name, exact: true });

test('Two quick clicks on a red button disconnect nobody', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  const box = await button('Disconnect +12065550101').boundingBox();
  if (!box) throw new Error('The button is not there.');
  await page.evaluate(() => {
    const clicks: number[] = [];
    Object.assign(window, { clicks });
    addEventListener('pointerdown', ({ timeStamp }) => clicks.push(timeStamp), { capture: true });
  });
  const dialog = page.getByRole('dialog', { name: 'Disconnect +12065550101?' });
  // On a busy machine the clicks come too slowly and count as two: in that case they are repeated.
  await eventually('quick clicks', async () => {
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.evaluate('clicks.splice(0)');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    for (const pause of [0, 250, 150]) {
      await page.waitForTimeout(pause);
      await page.mouse.down();
      await page.mouse.up();
    }
    const [first = 0, ...others] = await page.evaluate<number[]>('clicks');
    return others.length === 2 && (others[1] as number) - first < HASTE_MS * 0.8;
  });
  await dialog.waitFor();
  expect(api.askedOf('/updateCallNode')).toEqual([]);
});

test('The row of a caller who left stays for a moment', async () => {
  const { api } = world;
  const { first } = supportCalls(api);
  await world.open();
  const before = await row('+12065550102').boundingBox();
  // All in one evaluation: the row is there for a moment only.
  const look = () =>
    world.page.evaluate(() => {
      const rowOf = (number: string) =>
        [...document.querySelectorAll('tr')].find((one) => one.textContent?.includes(number));
      const { x, y, width, height } = rowOf('+12065550102')?.getBoundingClientRect() ?? new DOMRect();
      const gone = rowOf('+12065550101');
      const buttons = gone?.querySelectorAll('[aria-label="Disconnect +12065550101"]').length;
      return { left: gone?.textContent?.includes('left'), buttons, other: { x, y, width, height } };
    });
  expect(await look()).toEqual({ left: false, buttons: 1, other: before });
  api.endCall(first);
  await expect.poll(look).toEqual({ left: true, buttons: 0, other: before });
  await row('+12065550101').waitFor({ state: 'detached' });
});

test('A row that has just moved takes no click', async () => {
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

test('A failed update is shown on the row with another try', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  api.plan('/updateCallNode', 502, { code: 'Upstream', message: 'The service did not answer.' });
  await button('Mute +12065550101').click();
  await sees(row('+12065550101'), 'Mute was not accepted: The service did not answer.');
  const toast = page.getByRole('region', { name: 'An update was not carried out' });
  await sees(toast, '+12065550101');
  await page.setViewportSize({ width: 390, height: 700 });
  await page.reload();
  await sees(row('+12065550101'), 'Mute was not accepted: The service did not answer.');
  await toast.getByRole('link', { name: 'What happened' }).click();
  const heading = page.getByRole('heading', { name: 'What happened' });
  const isInView = (one: Element) => {
    const { top, bottom } = one.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  };
  await expect.poll(() => heading.evaluate(isInView)).toBe(true);
  await row('+12065550101')
    .getByRole('button', { name: /^Try again/ })
    .click();
  await button('Unmute +12065550101').waitFor();
  await toast.waitFor({ state: 'detached' });
  expect(api.askedOf('/updateCallNode')).toHaveLength(2);
});

test('A click on everyone is sent at the pace of the service', async () => {
  const { api, page } = world;
  api.addMeeting('Support', '48151623');
  for (let count = 1; count <= 9; count += 1) api.addCall('Support', `+1206555010${count}`);
  await world.open();
  api.plan('/updateCallNode', 429, { code: 'TooManyRequests', message: 'Too many updates at once.' });
  await button('Disconnect all in Support').click();
  const shown = await textsOf(page, '[role="status"][aria-label="Progress in Support"]');
  await page.getByRole('button', { name: 'Disconnect 9 callers' }).click();
  await shown(/^Disconnect: [4-8] of 9/);
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

/** Two clicks in immediate succession, however busy this process is. */
async function clickTwice(x: number, y: number): Promise<void> {
  const cdp = await world.page.context().newCDPSession(world.page);
  const left = { x, y, button: 'left', clickCount: 1 } as const;
  const types = ['mousePressed', 'mouseReleased', 'mousePressed', 'mouseReleased'] as const;
  await cdp.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
  await Promise.all(types.map((type) => cdp.send('Input.dispatchMouseEvent', { ...left, type })));
  await cdp.detach();
}

test('The second click on a question does nothing beneath it', async () => {
  const { api, page } = world;
  api.addMeeting('Support', '48151623');
  const numbers = Array.from({ length: 14 }, (_, count) => `+120655501${count + 10}`);
  for (const number of numbers) api.addCall('Support', number);
  await world.open();
  await button('Disconnect +12065550110').click();
  const question = page.getByRole('dialog');
  await expect.poll(() => question.evaluate((one) => getComputedStyle(one).pointerEvents)).toBe('auto');
  const point = await question.evaluate((dialog) => {
    const yes = dialog.querySelector('.solid')?.getBoundingClientRect() ?? new DOMRect();
    const under = [...document.querySelectorAll('.actions-cell button')].map((one) =>
      one.getBoundingClientRect(),
    );
    const shared = under.map((one) => ({
      x: Math.max(one.left, yes.left) + 3,
      y: Math.max(one.top, yes.top) + 3,
      right: Math.min(one.right, yes.right),
      bottom: Math.min(one.bottom, yes.bottom),
    }));
    return shared.find(({ x, y, right, bottom }) => x < right && y < bottom);
  });
  if (!point) throw new Error('No button is under the one of the question.');
  await clickTwice(point.x, point.y);
  await question.waitFor({ state: 'detached' });
  await row('+12065550110').waitFor({ state: 'detached' });
  expect(await question.count()).toBe(0);
  expect(api.askedOf('/updateCallNode').map(({ fromNumber }) => fromNumber)).toEqual(['+12065550110']);
});

const focused = () =>
  world.page.evaluate(() => {
    const one = document.activeElement;
    return one?.getAttribute('aria-label') ?? one?.textContent;
  });

test('The focus stays near when a question, notice or list disappears', async () => {
  const { api, page } = world;
  const { first, second } = supportCalls(api);
  await world.open();
  api.plan('/updateCallNode', 502, { code: 'Upstream', message: 'The service did not answer.' });
  await button('Mute +12065550101').focus();
  await page.keyboard.press('Enter');
  await row('+12065550101')
    .getByRole('button', { name: /^Try again/ })
    .focus();
  await page.keyboard.press('Enter');
  await button('Unmute +12065550101').waitFor();
  await expect.poll(focused).toBe('Select +12065550101');
  await button('Disconnect +12065550101').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  api.endCall(first);
  await sees(row('+12065550101'), 'left');
  await page.keyboard.press('Escape');
  await expect.poll(focused).toBe('Disconnect +12065550102');
  await button('Mute all in Support').focus();
  api.endCall(second);
  await sees(page, 'Nobody is in.');
  await expect.poll(focused).toBe('Support');
});

test('A key pressed while its row disappears does nothing to another row', async () => {
  const { api, page } = world;
  const { first } = supportCalls(api);
  api.addCall('Support', '+12065550103');
  await world.open();
  await button('Mute +12065550101').focus();
  await page.evaluate(() => {
    // Pressed immediately after the focus has moved, since this process might press too late.
    document.addEventListener('focusin', ({ target }) => {
      const enter = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
      document.body.dataset.pressed = String(target?.dispatchEvent(enter));
    });
  });
  api.endCall(first);
  await expect.poll(focused).toBe('Unmute +12065550102');
  expect(await page.evaluate(() => document.body.dataset.pressed)).toBe('false');
});

test('An update whose answer was lost is found and done once', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  await page.route('**/updateCallNode', async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  });
  await button('Mute +12065550101').click();
  await button('Unmute +12065550101').waitFor();
  const log = page.getByRole('region', { name: 'What happened' });
  await sees(log, 'Done');
  expect(await log.locator('.update').count()).toBe(1);
  expect(await row('+12065550101').innerText()).not.toContain('got no answer');
  expect(api.askedOf('/updateCallNode')).toHaveLength(1);
});

test('Chosen halves, dots and bars are visible in forced colours', async () => {
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

test('A truncated failure can be read whole without moving anything', async () => {
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

test('Nothing moves when the connection is lost or an update fails', async () => {
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

test('A notice takes no click in its first moment', async () => {
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

test('Two quick clicks on Submit send one update', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  await page.getByRole('combobox', { name: 'Meeting' }).selectOption('Support (2)');
  await page.getByRole('combobox', { name: 'Attendee' }).selectOption('+12065550101');
  await button('Submit with NodeJS').evaluate((one: HTMLElement) => {
    one.click();
    one.click();
  });
  await sees(page.getByRole('region', { name: 'What happened' }), 'Done');
  expect(api.askedOf('/updateCallNode')).toHaveLength(1);
});

test('A button that has become its opposite takes no click at first', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  const mute = page.locator('[data-does]').first();
  await expect.poll(() => mute.evaluate((one) => getComputedStyle(one).pointerEvents)).toBe('auto');
  await page.evaluate(() => {
    new MutationObserver(([change]) => {
      document.body.dataset.first ??= getComputedStyle(change?.target as Element).pointerEvents;
    }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-does'] });
  });
  await button('Mute +12065550101').click();
  await button('Unmute +12065550101').waitFor();
  expect(await page.evaluate(() => document.body.dataset.first)).toBe('none');
});

test('No question takes the second of two quick clicks', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  await page.evaluate(() => {
    new MutationObserver(([change]) => {
      const { pointerEvents } = getComputedStyle(change?.target as Element);
      document.body.dataset.first ??= pointerEvents;
    }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['open'] });
  });
  for (const name of ['Play a prompt to', 'Speak a text to', 'Disconnect']) {
    await button(`${name} +12065550101`).click();
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.evaluate((one) => getComputedStyle(one).pointerEvents)).toBe('auto');
    expect(await page.evaluate(() => document.body.dataset.first)).toBe('none');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.evaluate(() => delete document.body.dataset.first);
  }
});

test('A key that is held down presses a button once', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  await button('Mute +12065550101').focus();
  await page.keyboard.down('Enter');
  await button('Unmute +12065550101').waitFor();
  await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await button('Mute all in Support').click();
  await expect.poll(() => api.askedOf('/updateCallNode').length).toBe(2);
  expect(api.askedOf('/updateCallNode').map(({ updateInfo }) => updateInfo)).toEqual([
    'MuteAttendee',
    'MuteAttendee',
  ]);
});

test('Buttons of a meeting that has just moved take no click', async () => {
  const { api, page } = world;
  supportCalls(api);
  api.addMeeting('Under it', '11112222');
  api.addCall('Under it', '+12065550103');
  await world.open();
  await page.evaluate(() => {
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const { moved, steady } = (target as HTMLElement).dataset;
        if (moved !== undefined && steady === 'everyone in Under it')
          document.body.dataset.seen = getComputedStyle(target as Element).pointerEvents;
      }
    }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-moved'] });
  });
  api.addCall('Support', '+12065550104');
  await row('+12065550104').waitFor();
  await expect.poll(() => page.evaluate(() => document.body.dataset.seen)).toBe('none');
  await button('Mute all in Under it').click();
});

test('No part of a row overflows its card, at any width', async () => {
  const { api, page } = world;
  api.config = { callsUrl: `${api.origin}/calls/` };
  api.addMeeting('Support', '48151623');
  api.addCall('Support', '+123456789012345', { muted: true, mutedBy: 'participant' });
  await world.open();
  const looks = [1920, 1440, 1361, 1360, 901, 900, 720, 360, 320].map((width) => ({ width, text: 1 }));
  // Text of twice the size goes with a smaller window.
  for (const { width, text } of [...looks, { width: 900, text: 2 }]) {
    await page.setViewportSize({ width, height: 800 });
    await page.evaluate(
      (size) => {
        document.documentElement.style.fontSize = size;
      },
      `${text * 100}%`,
    );
    const outside = await page.locator('.meeting').evaluate((card) => {
      const { left, right } = card.getBoundingClientRect();
      return [...card.querySelectorAll('td *, th *, .meeting-actions *')]
        .filter((one) => !one.closest('.unseen, thead'))
        .filter((one) => one.getBoundingClientRect().right > right || one.getBoundingClientRect().left < left)
        .map((one) => one.textContent);
    });
    expect([width, text, outside]).toEqual([width, text, []]);
  }
});
