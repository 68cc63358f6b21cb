import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { tone, writeWav } from '#audio';
import { hzOf, type LoggedStack, plantTones, type RunningStack, startLoggedStack } from '#testkit';
import { type Browser, launchBrowser } from '../../testkit/browser.ts';
import {
  PagePhone,
  type PagePhoneOptions,
  pagePhoneFlags,
  VOICES,
} from '../../testkit/page-phone/page-phone.ts';

/** Sample rate of the microphone's file. */
const RATE = 48_000;

/** The whole runtime, with tones as its prompts, and a real browser whose microphone hums `VOICES.microphone`. */
export interface PageWorld {
  logged: LoggedStack;
  stack: RunningStack;
  browser: Browser;
  /**
   * Opens the phone in a tab (default: of `browser`), which must not log complaints. Pages opened by a test
   * are closed after it; pages opened before all tests stay open until the end.
   */
  open(options?: PagePhoneOptions, browser?: Browser): Promise<PagePhone>;
}

/**
 * One runtime and one browser for a test file.
 *
 * @param portOptions options that determine the runtime's ports; default: any free ones
 */
export function pageWorld(portOptions: () => Promise<string[]> = async () => []): PageWorld {
  const world = {} as PageWorld;
  const phones: PagePhone[] = [];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'live-call-voice-'));
    const voice = join(folder, 'voice.wav');
    await writeFile(voice, writeWav({ sampleRate: RATE, samples: tone(VOICES.microphone, RATE, RATE) }));
    const flags = pagePhoneFlags(voice);
    [world.logged, world.browser] = await Promise.all([
      portOptions().then(startLoggedStack),
      launchBrowser({ microphone: 'given', flags }),
    ]);
    world.stack = world.logged.stack;
    await plantTones(world.stack);
  });
  afterAll(async () => {
    await Promise.all([world.browser?.close(), world.logged?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });
  let kept: Page[] | undefined;
  beforeEach(() => {
    kept ??= world.browser.context.pages();
  });
  afterEach(async () => {
    for (const page of world.browser.context.pages()) if (!kept?.includes(page)) await page.close();
    expect(phones.flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  world.open = async (options, browser = world.browser) => {
    const phone = await PagePhone.open(browser.context, world.stack.endpoints.phone, options);
    phones.push(phone);
    return phone;
  };
  return world;
}

/** Keys the PIN when the call asks for it, and waits until "joined" has been played. */
export async function keyPin(phone: PagePhone): Promise<void> {
  await phone.untilHears(hzOf('enter-pin.wav'));
  await phone.keyPin();
  await phone.untilHears(hzOf('joined.wav'));
  await phone.untilGone(hzOf('joined.wav'));
}

/** Calls the stack's number, keys the PIN and waits until the call is in the meeting. */
export async function joinByPage(
  world: PageWorld,
  options?: PagePhoneOptions,
  browser?: Browser,
): Promise<PagePhone> {
  const phone = await world.open(options, browser);
  await phone.call();
  await keyPin(phone);
  return phone;
}
