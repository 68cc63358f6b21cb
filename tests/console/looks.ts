import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '#testkit';

/** The variants of the page's look, to be checked in every important state. */
export const COLOR_SCHEMES = ['light', 'dark'] as const;

/** Window sizes in pixels. */
export const WIDTHS = [
  { name: 'wide', width: 1440, height: 900 },
  { name: 'narrow', width: 360, height: 740 },
] as const;

/** Waits until the text is on the page. */
export async function sees(where: Page | Locator, text: string | RegExp): Promise<void> {
  await where.getByText(text).first().waitFor();
}

/**
 * Records, from now on, every text that an element matching the selector has, even for a moment; call it
 * before the action that causes the text. Returns a function that waits for a recorded text that matches.
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

/** Findings of axe-core, one line each; there should be none. */
export async function axeFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) {
    await page.evaluate(
      await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    );
  }
  // Otherwise axe-core also describes every node of the other result types, which takes longer than the
  // rules.
  return page.evaluate<
    string[]
  >(`axe.run({ resultTypes: ['violations'] }).then((result) => result.violations.map(
    (one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ')).join(', ')))`);
}

/** By how many pixels the page is wider than the window. */
export function pixelsBeyondTheEdge(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
