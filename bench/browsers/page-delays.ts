import type { Page } from 'playwright-core';
import { sleep } from '../machine.ts';
import type { Ways } from './light-delays.ts';
import { PACKET_MS } from './prepared-voice.ts';
import type { RealPages } from './real-pages.ts';

/**
 * Milliseconds after the last page has joined. Joins load the machine, and a browser's jitter buffer makes
 * room for the worst moment of each half second of the last half minute (NetEq's DelayManager: a histogram
 * that forgets 1.7 % with each, of which the 95th percentile counts). The first page has experienced all
 * other joins, and it takes longest until they are forgotten.
 */
const SOON_MS = 5_000;
const SETTLED_MS = 40_000;
/** Number of beeps of each page. */
const SOON_BEEPS = 3;
const SETTLED_BEEPS = 6;
/** Milliseconds between two beeps. */
const GAP_MS = 600;
const LONGEST_MS = GAP_MS - 50;
/** Number of beeps that a page plays to itself. */
const LOOPBACK_BEEPS = 8;

type Kind = 'phone' | 'browser';

interface OpenPage {
  kind: Kind;
  page: Page;
}

export interface PageDelays {
  /**
   * Milliseconds from the sound graph of one page to that of the other: soon after the joins, and when these
   * are forgotten.
   */
  soon: Series;
  settled: Series;
  /** Milliseconds from a page's sound graph into a stream and back, without a connection. */
  loopback: number[];
  /**
   * Milliseconds from a page's sound graph back to itself over a connection without a server, when the joins
   * are forgotten.
   */
  toItself: { delays: number[]; jitterBufferMs: number };
}

export interface Series {
  ways: Ways;
  missed: number;
  /** Mean time in the browser's jitter buffer meanwhile, in ms. */
  jitterBufferMs: Record<Kind, number>;
}

/** Two phone pages and two pages with the meeting client, all in one meeting; each beeps in turn. */
export async function pageDelays(pages: RealPages): Promise<PageDelays> {
  const all: OpenPage[] = [];
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
  const joinedAt = performance.now();
  await sleep(SOON_MS);
  const soon = await series(all, SOON_BEEPS);
  const { page } = all[0]!;
  await page.evaluate((packetMs) => window.probe.callItself(packetMs), PACKET_MS.full);
  await sleep(joinedAt + SETTLED_MS - performance.now());
  const settled = await series(all, SETTLED_BEEPS);
  const loopback = await itself(all.at(-1)!.page, 'stream');
  const before = await page.evaluate(() => window.probe.jitterBuffer('itself'));
  const delays = await itself(page, 'connection');
  const after = await page.evaluate(() => window.probe.jitterBuffer('itself'));
  const jitterBufferMs = (1_000 * (after.delay - before.delay)) / (after.emitted - before.emitted);
  return { soon, settled, loopback, toItself: { delays, jitterBufferMs } };
}

/** Each page beeps that many times. */
async function series(all: readonly OpenPage[], beeps: number): Promise<Series> {
  const ways: Ways = {};
  let missed = 0;
  const before = await Promise.all(all.map(jitterBuffer));
  for (let beep = 0; beep < beeps; beep++) for (const from of all) missed += await one(from, all, ways);
  const after = await Promise.all(all.map(jitterBuffer));
  const mean = (kind: Kind): number => {
    const grown = (of: 'delay' | 'emitted'): number =>
      all.reduce(
        (sum, one, index) => sum + (one.kind === kind ? after[index]![of] - before[index]![of] : 0),
        0,
      );
    return (1_000 * grown('delay')) / grown('emitted');
  };
  return { ways, missed, jitterBufferMs: { phone: mean('phone'), browser: mean('browser') } };
}

const jitterBuffer = ({ page }: OpenPage) => page.evaluate(() => window.probe.jitterBuffer());

/** One beep, heard by all others. Returns how many did not hear it. */
async function one(from: OpenPage, all: readonly OpenPage[], ways: Ways): Promise<number> {
  const others = all.filter((other) => other !== from);
  let missed = 0;
  for (const { page } of others) await page.evaluate(() => window.probe.forget());
  const began = await from.page.evaluate(() => window.probe.beep());
  // Of varying length, so that all positions in a frame occur.
  await sleep(GAP_MS + Math.random() * 20);
  for (const { kind, page } of others) {
    const onsets = await page.evaluate(() => window.probe.onsets());
    const delay = onsets.map((at) => at - began).find((ms) => ms > 0 && ms < LONGEST_MS);
    const way = `${from.kind}→${kind}`;
    ways[way] ??= [];
    if (delay === undefined) missed++;
    else ways[way].push(delay);
  }
  return missed;
}

/** Beeps of that page as it hears them itself. */
async function itself(page: Page, by: 'stream' | 'connection'): Promise<number[]> {
  await page.evaluate((way) => window.probe.hearItself(way), by);
  const delays: number[] = [];
  for (let beep = 0; beep < LOOPBACK_BEEPS; beep++) {
    await page.evaluate(() => window.probe.forget());
    const began = await page.evaluate(() => window.probe.beep());
    await sleep(GAP_MS + Math.random() * 20);
    const [first] = await page.evaluate(() => window.probe.onsets());
    if (first !== undefined) delays.push(first - began);
  }
  return delays;
}
