import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM_PLACES } from './chromium-places.ts';
import { PATIENCE_MS } from './eventually.ts';

/** Switches off what tests do not need: first-run pages and background network requests. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface BrowserOptions {
  /** In pixels. */
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
  reducedMotion?: 'reduce' | 'no-preference';
  permissions?: string[];
  /**
   * Gives pages a pretended microphone, or denies it, without a prompt, which a headless browser cannot show.
   * Default: no page requests one.
   */
  microphone?: 'given' | 'denied';
  /** Further command-line switches, e.g. for microphones. */
  flags?: string[];
}

/** A real browser with an empty profile of its own. */
export interface Browser {
  context: BrowserContext;
  /** Ends the browser and removes its profile. May be called twice. */
  close(): Promise<void>;
}

/**
 * The path of a Chromium.
 *
 * @throws Error that tells how to install one
 */
export function chromiumPath(): string {
  const found = CHROMIUM_PLACES.find((place) => existsSync(place));
  if (found === undefined)
    throw new Error(
      'No Chromium found. Install it (Debian: apt-get install chromium-headless-shell) or set CHROMIUM_PATH to an executable.',
    );
  return found;
}

const MICROPHONE_FLAGS = {
  given: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  denied: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream=deny'],
};

/** Starts a headless Chromium. */
export async function launchBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const { microphone, flags = [] } = options;
  const permissions = [...(options.permissions ?? []), ...(microphone === 'given' ? ['microphone'] : [])];
  const profile = await mkdtemp(join(tmpdir(), 'live-call-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    headless: true,
    args: [...FLAGS, ...(microphone ? MICROPHONE_FLAGS[microphone] : []), ...flags],
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: options.reducedMotion ?? 'no-preference',
    ...(permissions.length > 0 ? { permissions } : {}),
  });
  context.setDefaultTimeout(PATIENCE_MS);
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The page that is being opened last in each context. */
const opening = new WeakMap<BrowserContext, Promise<Page>>();

/**
 * Opens an empty page that no other page hides; pages are opened one after the other. The first is a tab
 * beside the browser's empty one; further ones get windows of their own, which take half a second of CPU
 * each. A hidden tab is drawn once a second, so that whatever waits for a frame (a click does, twice) takes
 * seconds there.
 */
export function openPage(context: BrowserContext): Promise<Page> {
  const before = opening.get(context)?.catch(() => {}) ?? Promise.resolve();
  const page = before.then(() => (context.pages().length > 1 ? createWindow(context) : context.newPage()));
  opening.set(context, page);
  return page;
}

async function createWindow(context: BrowserContext): Promise<Page> {
  const browser = context.browser();
  if (!browser) throw new Error('This context has no browser of its own.');
  const cdp = await browser.newBrowserCDPSession();
  try {
    const { targetInfos } = await cdp.send('Target.getTargets');
    // A browser started with a profile has one context, that of its first page.
    const browserContextId = targetInfos.find(({ type }) => type === 'page')?.browserContextId;
    const isOurs = async (page: Page): Promise<boolean> => (await page.opener()) === null;
    const [page] = await Promise.all([
      context.waitForEvent('page', isOurs),
      cdp.send('Target.createTarget', {
        url: 'about:blank',
        newWindow: true,
        ...(browserContextId === undefined ? {} : { browserContextId }),
      }),
    ]);
    return page;
  } finally {
    await cdp.detach();
  }
}
