import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axeFindings, COLOR_SCHEMES, pixelsBeyondTheEdge, sees, WIDTHS } from '../console/looks.ts';
import { FIRST_OWN, FRIEND, phoneWorld, RINGS, WELCOME } from './phone-world.ts';

const world = phoneWorld();
const button = (name: string) => world.page.getByRole('button', { name, exact: true });

test.each(WIDTHS)('axe-core finds nothing, and nothing is cut off: $name', async ({ width, height }) => {
  const { page, exchange } = world;
  await page.setViewportSize({ width, height });
  const clean = async (what: string) => {
    for (const colorScheme of COLOR_SCHEMES) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFindings(page), `${what}, ${colorScheme}`).toEqual([]);
    }
    expect(await pixelsBeyondTheEdge(page), what).toBeLessThanOrEqual(0);
  };
  await world.open();
  await clean('idle');
  await button(`Nobody there ${RINGS}`).click();
  await button('Call').click();
  await sees(page, 'Ringing…');
  await clean('ringing');
  await button('Cancel').click();
  const arriving = await exchange.place(FIRST_OWN, FRIEND);
  await sees(page, 'Incoming call');
  await clean('incoming');
  arriving.hangUp();
  await sees(page, 'You missed a call');
  await clean('missed');
  await button(`Welcome line ${WELCOME}`).click();
  await button('Call').click();
  await sees(page, 'Connected');
  await page.keyboard.type('4815162342481516234248151623424815162342');
  await clean('in call');
  await button('Mute').click();
  await clean('muted');
  exchange.reachable = false;
  exchange.cutOff();
  await sees(page, 'The server is gone');
  await clean('lost');
  const number = page.getByRole('textbox', { name: 'Number to call' });
  await number.fill('?');
  await number.press('Enter');
  await sees(page, 'Type a number');
  await clean('no number');
});

/** Presses Tab until the focus is on the element with this name; fails if that never happens. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const one = document.activeElement as HTMLElement | null;
      const label = (one as HTMLInputElement | null)?.labels?.[0]?.textContent;
      return (one?.getAttribute('aria-label') ?? label ?? one?.textContent ?? '').trim();
    });
    if (focused === name) return;
  }
  throw new Error(`Tab never came to ${name}.`);
}

test('The keyboard alone is enough: dial, keys, mute, hang up, answer', async () => {
  const { page, exchange } = world;
  await world.open();
  await page.keyboard.type('+1');
  await page.keyboard.press('Escape');
  const number = page.getByRole('textbox', { name: 'Number to call' });
  await number.waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(WELCOME);
  await page.keyboard.press('Enter');
  await sees(page, 'Connected');
  const call = await exchange.call();
  // The focus is on the display, not lost: the next keys are DTMF keys, and Tab continues from there.
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
  await page.keyboard.type('12#');
  await call.until('keys', () => call.sound.keys === '12#');
  await tabTo(page, '3');
  await page.keyboard.press('Enter');
  await call.until('a key of the pad', () => call.sound.keys === '12#3');
  await tabTo(page, 'Mute');
  await page.keyboard.press('Space');
  await button('Unmute').waitFor();
  await tabTo(page, 'Hang up');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
  expect(outline).toBe('solid');
  await page.keyboard.press('Enter');
  await sees(page, 'You hung up');
  const arriving = await exchange.place(FIRST_OWN, FRIEND);
  await sees(page, 'Incoming call');
  await tabTo(page, 'Answer');
  await page.keyboard.press('Enter');
  await arriving.until('the answer', () => arriving.up);
});

test('A call is scrolled into view on a small screen', async () => {
  const { page, exchange } = world;
  await page.setViewportSize({ width: 360, height: 640 });
  await world.open();
  await button('Call').click();
  await sees(page, 'Connected');
  await button('Hang up').click();
  const again = button(`Call again ${WELCOME}`).first();
  await again.focus();
  await page.keyboard.press('Enter');
  await sees(page, 'Connected');
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
  const inView = () =>
    page
      .getByRole('heading', { level: 2 })
      .first()
      .evaluate((heading) => {
        const { top, bottom } = heading.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      });
  await expect.poll(inView).toBe(true);
  (await exchange.call()).hangUp();
  await sees(page, 'The other end hung up');
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await expect.poll(inView).toBe(false);
  await exchange.place(FIRST_OWN, FRIEND);
  await sees(page, 'Incoming call');
  await expect.poll(inView).toBe(true);
});

test('The state of a call is spoken as it changes', async () => {
  const { page, exchange } = world;
  exchange.plans.set(WELCOME, { do: 'ring' });
  await world.open();
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const listen = () => {
      const said = [...document.querySelectorAll('[role="status"], [role="alert"]')].map(
        (one) => one.textContent ?? '',
      );
      for (const text of said) if (!heard.includes(text)) heard.push(text);
    };
    new MutationObserver(listen).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });
  await button('Call').click();
  await sees(page, 'Ringing…');
  await (await exchange.call()).answer();
  await sees(page, 'Connected');
  await button('Mute').click();
  await sees(page, 'Connected, you are muted');
  (await exchange.call()).hangUp();
  await sees(page, 'The other end hung up');
  const said = ['Ringing…', 'Connected', 'Connected, you are muted', 'The other end hung up'];
  await expect.poll(() => page.evaluate<string[]>('heard')).toEqual(expect.arrayContaining(said));
});

test('A person who wants less motion gets none', async () => {
  const { page, exchange } = world;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await world.open();
  await exchange.place(FIRST_OWN, FRIEND);
  await sees(page, 'Incoming call');
  // Elements that have just moved ignore clicks for a moment; none of them is animated.
  const moving = await page.evaluate(() =>
    document
      .getAnimations()
      .map((one) => (one as CSSAnimation).animationName)
      .filter((name) => !name.startsWith('settle')),
  );
  expect(moving).toEqual([]);
});
