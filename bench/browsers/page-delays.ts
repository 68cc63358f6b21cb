import type { Page } from 'playwright-core';
import { sleep } from '../machine.ts';
import type { Ways } from './light-delays.ts';
import type { RealPages } from './real-pages.ts';

/** After the last has joined, ms: joins are over, and jitter buffers have come down. */
const SETTLE_MS = 6_000;
const BEEPS = 8;
/** Between two beeps, ms. */
const GAP_MS = 600;
const LONGEST_MS = GAP_MS - 50;

type Kind = 'phone' | 'browser';

export interface PageDelays {
  /** From the sound graph of one page to that of the other, ms. */
  ways: Ways;
  missed: number;
}

/** Two phone pages and two pages with the meeting client, all in one meeting; each beeps in turn. */
export async function pageDelays(pages: RealPages): Promise<PageDelays> {
  const all: { kind: Kind; page: Page }[] = [];
  for (let n = 0; n < 2; n++) {
    const { page } = await pages.phoneInMeeting();
    all.push({ kind: 'phone', page });
  }
  for (let n = 0; n < 2; n++) {
    const client = await pages.client();
    await client.joinAndStart(await pages.attendee(`Operator ${n}`));
    all.push({ kind: 'browser', page: client.page });
  }
  for (const { page } of all) await page.evaluate(() => window.probe.takeMicrophone());
  await sleep(SETTLE_MS);
  const found: PageDelays = { ways: {}, missed: 0 };
  for (let beep = 0; beep < BEEPS; beep++) for (const from of all) await one(from, all, found);
  return found;
}

async function one(
  from: { kind: Kind; page: Page },
  all: readonly { kind: Kind; page: Page }[],
  found: PageDelays,
): Promise<void> {
  const others = all.filter((one) => one !== from);
  for (const { page } of others) await page.evaluate(() => window.probe.forget());
  const began = await from.page.evaluate(() => window.probe.beep());
  // Of uneven length, so that all places in a frame are hit.
  await sleep(GAP_MS + Math.random() * 20);
  for (const { kind, page } of others) {
    const onsets = await page.evaluate(() => window.probe.onsets());
    const delay = onsets.map((at) => at - began).find((ms) => ms > 0 && ms < LONGEST_MS);
    const way = `${from.kind}→${kind}`;
    found.ways[way] ??= [];
    if (delay === undefined) found.missed++;
    else found.ways[way].push(delay);
  }
}
