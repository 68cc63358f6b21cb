import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axeFindings, COLOR_SCHEMES, pixelsBeyondTheEdge, sees, WIDTHS } from './looks.ts';
import { operatorPage, supportCalls } from './operator-page.ts';

const world = operatorPage();

test.each(WIDTHS)('axe-core finds nothing, and nothing is cut off: $name', async ({ width, height }) => {
  const { api, page } = world;
  await page.setViewportSize({ width, height });
  const clean = async (what: string) => {
    for (const colorScheme of COLOR_SCHEMES) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFindings(page), `${what}, ${colorScheme}`).toEqual([]);
    }
    expect(await pixelsBeyondTheEdge(page), what).toBeLessThanOrEqual(0);
  };
  await world.open();
  await clean('nothing there');
  const { first } = supportCalls(api);
  api.speak([first.attendeeId]);
  await page.getByRole('button', { name: 'Select +12065550101' }).click();
  await clean('callers');
  api.guessing = ['stranger'];
  api.refuse('more calls came than the application’s function could take', 3);
  await page.getByRole('button', { name: 'Mute all in Support', exact: true }).click();
  await sees(page, 'Mute everyone in Support');
  await page.getByRole('button', { name: 'Play to all in Support' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Play/ }).click();
  await page.getByText('2 done', { exact: true }).click();
  await sees(page, 'Many wrong PINs are being tried.');
  await sees(page, '3 calls were refused since the start.');
  api.plan('/updateCallNode', 400, { code: 'BadRequest', message: 'prompt is wrong', field: 'prompt' });
  await page.getByRole('button', { name: 'Submit with NodeJS' }).click();
  await sees(page, 'Not accepted');
  await clean('updates');
  await page.getByRole('button', { name: 'Disconnect all in Support' }).click();
  await clean('question');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New meeting' }).click();
  await clean('new meeting');
  await page.keyboard.press('Escape');
  api.endCall(first);
  await sees(page, 'has ended');
  api.networkLost = true;
  await sees(page, 'Reconnecting…');
  await clean('reconnecting');
});

/** Presses Tab until the focused element has that name; fails if that never happens. */
async function tabTo(page: Page, name: string): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const one = document.activeElement as HTMLElement | null;
      const label = (one as HTMLInputElement | null)?.labels?.[0]?.textContent;
      return one?.getAttribute('aria-label') ?? label ?? one?.textContent ?? '';
    });
    if (focused === name) return;
    seen.push(focused);
  }
  throw new Error(`Tab never came to ${name}; it came to ${seen.join(' | ')}`);
}

test('The page works by keyboard alone, with the focus visible', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  for (const name of ['Skip to the update form', 'Sign out', 'NodeJS', 'New meeting', 'Copy PIN of Support'])
    await tabTo(page, name);
  await tabTo(page, 'Disconnect all in Support');
  await tabTo(page, 'Select +12065550101');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Mute +12065550101');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
  expect(outline).toBe('solid');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Unmute +12065550101' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Play a prompt to +12065550101' });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  const back = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  expect(back).toBe('Play a prompt to +12065550101');
  await tabTo(page, 'Meeting');
  await tabTo(page, 'Update');
  await page.keyboard.type('Disc');
  await tabTo(page, 'Submit with NodeJS');
  await tabTo(page, 'Submit with Python');
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Select +12065550101' }).waitFor({ state: 'detached' });
  expect(api.askedOf('/updateCallPython')[0]).toMatchObject({ updateInfo: 'DisconnectAttendee' });
});

test('A person who asked for less motion gets none', async () => {
  const { api, page } = world;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const { first } = supportCalls(api);
  await world.open();
  api.speak([first.attendeeId]);
  await page.getByText('Speaking', { exact: true }).nth(1).waitFor();
  // Elements that have just moved ignore clicks for a moment; none of them is animated.
  const moving = await page.evaluate(() =>
    document
      .getAnimations()
      .map((one) => (one as CSSAnimation).animationName)
      .filter((name) => !name.startsWith('settle')),
  );
  expect(moving).toEqual([]);
});

test('Landmarks and headings structure the page', async () => {
  supportCalls(world.api);
  await world.open();
  const { page } = world;
  for (const role of ['banner', 'main'] as const) expect(await page.getByRole(role).count()).toBe(1);
  expect(await page.getByRole('region').count()).toBe(3);
  expect(await page.getByRole('heading').allInnerTexts()).toEqual([
    'Live Call',
    'Meetings',
    'Support',
    'Update a call',
    'What happened',
  ]);
});
