import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright-core';

/** The sights in which the page is looked at. */
export const SIGHTS = [
  { name: 'light and wide', colorScheme: 'light', width: 1440, height: 900 },
  { name: 'dark and wide', colorScheme: 'dark', width: 1440, height: 900 },
  { name: 'light and narrow', colorScheme: 'light', width: 360, height: 740 },
  { name: 'dark and narrow', colorScheme: 'dark', width: 360, height: 740 },
] as const;

/** Waits until the text is on the page. */
export async function sees(where: Page | Locator, text: string | RegExp): Promise<void> {
  await where.getByText(text).first().waitFor();
}

/** Findings of axe-core, one line each; none is what we want. */
export async function axeFindings(page: Page): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const run = `${source};axe.run().then((result) => result.violations.map(
    (one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ')).join(', ')))`;
  return page.evaluate<string[]>(run);
}
