import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '#testkit';

/** Each side of the page's look, to be seen in every state that matters. */
export const COLOR_SCHEMES = ['light', 'dark'] as const;

/** Pixels of the window. */
export const WIDTHS = [
  { name: 'wide', width: 1440, height: 900 },
  { name: 'narrow', width: 360, height: 740 },
] as const;

/** Waits until the text is on the page. */
export async function sees(where: Page | Locator, text: string | RegExp): Promise<void> {
  await where.getByText(text).first().waitFor();
}

/**
 * Writes down, from now on, every text that what fits a selector has for a while: to be called before what brings it, where
 * it is soon gone again. Resolves with a wait for one of them that fits.
 */
export async function textsOf(page: Page, selector: string): Promise<(text: RegExp) => Promise<void>> {
  await page.evaluate((wanted) => {
    const texts = new Set<string>();
    const listen = () => {
      for (const one of document.querySelectorAll(wanted)) texts.add(one.textContent ?? '');
    };
    const changes = { childList: true, subtree: true, characterData: true };
    new MutationObserver(listen).observe(document.body, changes);
    Object.assign(window, { textsFor: { ...window.textsFor, [wanted]: texts } });
  }, selector);
  const texts = () => page.evaluate((wanted) => [...(window.textsFor?.[wanted] ?? [])], selector);
  const found = (text: RegExp) => async () => (await texts()).some((one) => text.test(one));
  return async (text) =>
    void (await eventually(`${selector} shows ${text}`, found(text), { lookMs: 50, instead: texts }));
}

declare global {
  interface Window {
    textsFor?: Record<string, Set<string>>;
  }
}

/** Findings of axe-core, one line each; none is what we want. */
export async function axeFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) {
    await page.evaluate(
      await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    );
  }
  // axe-core describes every node of the other kinds of results otherwise, which takes longer than the rules.
  return page.evaluate<
    string[]
  >(`axe.run({ resultTypes: ['violations'] }).then((result) => result.violations.map(
    (one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ')).join(', ')))`);
}

/** How much wider than the window the page is. */
export function pixelsBeyondTheEdge(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
