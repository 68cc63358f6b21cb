import type { Page, Route } from 'playwright-core';

const QUESTION = '**/queryMeetings';

/**
 * Makes a change and waits until the page shows it after a single answer: the first poll after the change is
 * answered, later ones are held back. That polls follow each other after 500 ms is covered by the page's own
 * tests on a virtual clock; no time is measured here, since the result would depend on how busy the machine
 * is.
 */
export async function shownByTheNextAnswer(
  page: Page,
  change: () => unknown,
  shown: () => Promise<unknown>,
): Promise<void> {
  const held: Route[] = [];
  let changed = false;
  let answered = false;
  let over = false;
  await page.route(QUESTION, (route) => {
    if (answered && !over) return void held.push(route);
    answered = changed;
    return route.continue();
  });
  await change();
  changed = true;
  await shown();
  over = true;
  // The page may have given up one of them in the meantime.
  await Promise.allSettled(held.map((route) => route.continue()));
  await page.unroute(QUESTION);
}
