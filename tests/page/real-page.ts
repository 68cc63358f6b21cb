import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import {
  PROMPT_TONES,
  plantTones,
  pressForTone,
  RunningStack,
  Telephone,
  waitForTone,
  waitForToneToEnd,
} from '#testkit';
import { type Browser, type BrowserOptions, launchBrowser, openPage } from '../../testkit/browser.ts';

/** The page, the runtime and the telephones, all of them real. One runtime and one browser for a test file. */
export interface RealWorld {
  stack: RunningStack;
  /** A tab of this test in which nothing has been opened. */
  page: Page;
  /** What the browser complained about in this test: scripts that threw, violations of the content security policy. */
  complaints: string[];
  /** Opens the page and waits until it is live. */
  open(page?: Page): Promise<void>;
  /** A further tab: another operator. */
  another(): Promise<Page>;
  /** Dials, keys the PIN and waits until "joined" has been played to its end. */
  join(from: string, pin?: string): Promise<Telephone>;
}

/** Frequency of a prompt, in Hz. */
export const hz = (prompt: keyof typeof PROMPT_TONES): number => PROMPT_TONES[prompt].hz;

/** Starts what the tests of a file share; a test in which the browser complains fails. */
export function realPage(options: BrowserOptions = {}): RealWorld {
  const world = { complaints: [] as string[] } as RealWorld;
  let browser: Browser;

  beforeAll(async () => {
    [world.stack, browser] = await Promise.all([RunningStack.start(), launchBrowser(options)]);
    await plantTones(world.stack);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), world.stack?.stop()]);
  });
  beforeEach(async () => {
    world.complaints = [];
    world.page = await world.another();
  });
  afterEach(async () => {
    for (const page of browser.context.pages().slice(1)) await page.close();
    expect(world.complaints).toEqual([]);
  });

  world.another = async () => {
    const page = await openPage(browser.context);
    page.on('pageerror', (error) => world.complaints.push(error.message));
    page.on('console', (message) => {
      // An unsuccessful response is logged as well; what the page makes of it is what is tested.
      const answer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !answer) world.complaints.push(message.text());
    });
    return page;
  };
  world.open = async (page = world.page) => {
    await page.goto(world.stack.endpoints.console);
    await page.getByText('Live', { exact: true }).waitFor();
  };
  world.join = async (from, pin = world.stack.endpoints.pin) => {
    const { sip, phoneNumber } = world.stack.endpoints;
    const phone = await Telephone.call({ server: sip, to: phoneNumber, from });
    await waitForTone(phone, hz('enter-pin.wav'));
    await pressForTone(phone, pin, hz('joined.wav'));
    await waitForToneToEnd(phone, hz('joined.wav'));
    return phone;
  };
  return world;
}
