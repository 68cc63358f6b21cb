import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { tone, writeWav } from '#audio';
import { type Browser, launchBrowser, openPage } from '../../testkit/browser.ts';
import { PretendSipServer } from '../../testkit/pretend-sip-server.ts';
import { builtPhonePage } from '../console/built-page.ts';

/** Frequency of the tone at the browser's microphone. */
export const VOICE_HZ = 440;
const MICROPHONE_RATE = 48_000;

/** Numbers of the pretend exchange. */
export const WELCOME = '+12025550100';
export const RINGS = '+12025550111';
export const FIRST_OWN = '+12025550160';
export const SECOND_OWN = '+12025550161';
export const FRIEND = '+12065550142';

/** The phone in a real browser, whose microphone receives a tone, and the exchange that it calls through. */
export interface PhoneWorld {
  exchange: PretendSipServer;
  browser: Browser;
  /** A tab of this test in which nothing has been opened. */
  page: Page;
  /** What the browser complained about in this test: scripts that threw, violations of the content security policy. */
  complaints: string[];
  /** Everything that was written to the console. */
  written: string[];
  /** Opens the phone and waits until it is registered. */
  open(page?: Page): Promise<void>;
  /** Opens a further tab, in another browser if one is given. */
  another(browser?: Browser): Promise<Page>;
}

/** One browser for a test file, and one exchange for each test. */
export function phoneWorld(flags: readonly string[] = []): PhoneWorld {
  const world = { complaints: [] as string[], written: [] as string[] } as PhoneWorld;
  let folder: string;
  let dist: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'live-call-voice-'));
    const voice = join(folder, 'voice.wav');
    const samples = tone(VOICE_HZ, MICROPHONE_RATE, MICROPHONE_RATE);
    await writeFile(voice, writeWav({ sampleRate: MICROPHONE_RATE, samples }));
    const chromium = launchBrowser({
      microphone: 'given',
      flags: [`--use-file-for-fake-audio-capture=${voice}`, '--allow-loopback-in-peer-connection', ...flags],
    });
    [world.browser, dist] = await Promise.all([chromium, builtPhonePage()]);
  });
  afterAll(async () => {
    await world.browser?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    world.complaints = [];
    world.written = [];
    world.exchange = new PretendSipServer(dist);
    world.exchange.config = {
      numbers: [
        { number: WELCOME, label: 'Welcome line' },
        { number: RINGS, label: 'Nobody there' },
      ],
    };
    world.exchange.plans.set(WELCOME, { do: 'answer' }).set(RINGS, { do: 'ring' });
    await world.exchange.start();
    world.page = await world.another();
  });
  afterEach(async () => {
    for (const page of world.browser.context.pages().slice(1)) await page.close();
    await world.exchange.close();
    expect(world.complaints).toEqual([]);
  });

  world.another = async (browser = world.browser) => {
    const page = await openPage(browser.context);
    // The pretend ends do not support Opus, which the page offers by default.
    await page.addInitScript(() => {
      // An empty page has no storage.
      if (location.protocol === 'about:') return;
      const kept = localStorage.getItem('phone.sound');
      if (kept === null) localStorage.setItem('phone.sound', JSON.stringify({ codec: 'PCMU' }));
    });
    page.on('pageerror', (error) => world.complaints.push(error.message));
    page.on('console', (message) => {
      world.written.push(message.text());
      // A lost server and an unsuccessful response are logged as well; what the page makes of them is tested.
      const network = /^(Failed to load resource|WebSocket connection to)/.test(message.text());
      if (message.type() === 'error' && !network) world.complaints.push(message.text());
    });
    return page;
  };
  world.open = async (page = world.page) => {
    await page.goto(world.exchange.pageUrl);
    await page.getByRole('status', { name: 'Connection' }).getByText('Ready').waitFor();
  };
  return world;
}

/** The value of one of the page's level meters: 0 to 100. */
export async function level(page: Page, name: 'Your voice' | 'Their voice'): Promise<number> {
  return page.getByRole('meter', { name }).evaluate((meter) => (meter as HTMLMeterElement).value);
}
