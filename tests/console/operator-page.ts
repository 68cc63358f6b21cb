import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Browser, launchBrowser, openPage } from '../../testkit/browser.ts';
import { PretendOperatorApi } from '../../testkit/pretend-operator-api.ts';
import { builtPage } from './built-page.ts';

/** What each test of the page works with; new for every test, except for the browser and the built page. */
export interface World {
  api: PretendOperatorApi;
  /** A tab in which nothing has been opened. */
  page: Page;
  /** Opens the page and waits until it shows the meetings. */
  open(page?: Page): Promise<void>;
  /** A further tab: another operator. */
  another(): Promise<Page>;
}

/** The script that replaces the page's connection to a meeting. */
export async function pretendConnection(): Promise<Uint8Array> {
  const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), 'pretend-connection.ts');
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

/** One browser for a test file, and a separate world for each test. */
export function operatorPage(): World {
  let directory: string;
  let browser: Browser;
  let connectionScript: Uint8Array;
  const world = {} as World;

  beforeAll(async () => {
    [directory, connectionScript, browser] = await Promise.all([
      builtPage(),
      pretendConnection(),
      launchBrowser({
        permissions: ['clipboard-read', 'clipboard-write'],
        microphone: 'given',
      }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    world.api = new PretendOperatorApi(directory);
    world.api.connectionScript = connectionScript;
    await world.api.start();
    world.another = async () => {
      const page = await openPage(browser.context);
      return page;
    };
    world.page = await world.another();
    world.open = async (page = world.page) => {
      await page.goto(world.api.origin);
      await page.getByRole('heading', { name: 'Meetings' }).waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
    };
  });
  afterEach(async () => {
    for (const page of browser.context.pages().slice(1)) await page.close();
    await world.api.close();
  });
  return world;
}

/** A meeting with two callers, the second of whom is muted by an operator. */
export function supportCalls(api: PretendOperatorApi) {
  api.addMeeting('Support', '48151623');
  const first = api.addCall('Support', '+12065550101');
  const second = api.addCall('Support', '+12065550102', { muted: true, mutedBy: 'operator' });
  return { first, second };
}
