import type { Page, Route } from 'playwright-core';

const QUESTION = '**/queryMeetings';

/**
 * Makes a change and waits until the page shows it, by one answer: the first question that the page asks after the
 * change is answered, later ones are held back. That a question follows 500 ms after the last is a matter of the page's
 * own tests, on a virtual clock; no time is measured here, where a busy machine would be measured with it.
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
  // The page may have given one up meanwhile.
  await Promise.allSettled(held.map((route) => route.continue()));
  await page.unroute(QUESTION);
}
