import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Browser, launchBrowser } from '../../testkit/browser.ts';
import { builtCallsPage } from '../console/built-page.ts';
import { axeFindings, COLOR_SCHEMES, pixelsBeyondTheEdge, sees, WIDTHS } from '../console/looks.ts';
import { failingCall, levelsAt, PretendCalls, rowOf } from './pretend-calls.ts';

let browser: Browser;
let dist: string;
let calls: PretendCalls;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [browser, dist] = await Promise.all([launchBrowser(), builtCallsPage()]);
});
afterAll(() => browser?.close());
beforeEach(async () => {
  calls = new PretendCalls(dist);
  await calls.start();
  complaints = [];
  page = await browser.context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load'))
      complaints.push(message.text());
  });
});
afterEach(async () => {
  await page.close();
  await calls.close();
  expect(complaints).toEqual([]);
});

async function open(hash = ''): Promise<void> {
  await page.goto(`${calls.url}${hash}`);
  await page.getByRole('status', { name: 'Connection' }).getByText('Live').waitFor();
}

const rows = () => page.locator('a.call-row');

test.each(WIDTHS)('axe-core finds nothing on the calls page: $name', async (size) => {
  await page.setViewportSize(size);
  const clean = async (what: string) => {
    for (const colorScheme of COLOR_SCHEMES) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFindings(page), `${what}, ${colorScheme}`).toEqual([]);
    }
    expect(await pixelsBeyondTheEdge(page), what).toBeLessThanOrEqual(0);
  };
  await open();
  await sees(page, 'None yet.');
  await clean('empty');
  const sound = [levelsAt(3_000), levelsAt(6_000, 'said')];
  calls.tell(rowOf(1, { failedInvocations: 1, state: 'connected' }), ...failingCall(), ...sound);
  calls.tell(rowOf(2, { state: 'lost' }));
  await sees(page, '2 calls');
  await clean('list');
  await rows().first().click();
  await sees(page, 'TypeError: order is undefined');
  await clean('call');
  await page.getByRole('button', { name: /TypeError/ }).click();
  await sees(page, 'Failed (error) after 10 ms');
  await clean('details');
  calls.tell(rowOf(1, { failedInvocations: 1 }));
  await page.locator('.as-test summary').click();
  await sees(page, 'a recorded call is answered');
  await clean('as a test');
  calls.faults.switchOn('lost-packets', { percent: 30 });
  await page.getByRole('link', { name: 'Faults' }).click();
  await sees(page, '1 fault is on');
  await clean('faults');
});

test('A call is downloaded as a test in the chosen form', async () => {
  calls.tell(rowOf(1), ...failingCall());
  await open(`#${rowOf(1).transactionId}`);
  const card = page.getByRole('region', { name: 'As a test' });
  await card.getByLabel('Runs by').selectOption('pytest');
  const files = card.getByRole('link', { name: /^Download/ });
  await expect.poll(() => files.first().textContent()).toBe('Download test_call_00000000.py');
  const saved = async (which: Locator): Promise<[string, string]> => {
    const [download] = await Promise.all([page.waitForEvent('download'), which.click()]);
    return [download.suggestedFilename(), readFileSync(await download.path(), 'utf8')];
  };
  const [name, text] = await saved(files.first());
  expect([name, text]).toEqual([
    'test_call_00000000.py',
    expect.stringContaining('HERE / "../src/handler.ts"'),
  ]);
  expect(await saved(files.last())).toEqual([
    'call-00000000.jsonl',
    calls.records.get(rowOf(1).transactionId),
  ]);
  expect(await card.getByRole('region', { name: 'Command' }).textContent()).toBe(
    `npx chime-local replay ${rowOf(1).transactionId} --app src/handler.ts --save-test test`,
  );
});

test('A new call appears at the top and changes as it goes', async () => {
  calls.tell(rowOf(5));
  await open();
  await sees(page, /^1 call$/);
  calls.tell(rowOf(1, { state: 'ringing' }));
  await expect.poll(() => rows().first().textContent()).toContain('ringing');
  calls.tell(rowOf(1, { state: 'connected', failedInvocations: 2 }));
  await expect.poll(() => rows().first().textContent()).toContain('(2 failed)');
  expect(await rows().count()).toBe(2);
});

test('The duration of a call in progress grows without events', async () => {
  calls.tell(rowOf(1, { state: 'connected', at: Date.now() - 3_600_000, durationMs: 2_000 }));
  await open();
  await expect.poll(() => rows().first().locator('> span').nth(4).textContent()).toMatch(/^1:0\d:\d\d$/);
  await rows().first().click();
  await expect.poll(() => page.locator('.call-head').textContent()).toMatch(/connected 1:0\d:\d\d · /);
});

test('10,000 calls are listed with few rows; the keyboard reaches the last', async () => {
  for (let call = 1; call <= 10_000; call++) calls.rows.push(rowOf(call));
  await open();
  await sees(page, '10,000 calls');
  expect(await rows().count()).toBeLessThan(60);
  await rows().first().focus();
  await page.keyboard.press('End');
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  await expect.poll(focused).toContain(rowOf(10_000).from);
  await page.keyboard.press('PageUp');
  await expect.poll(focused).not.toContain(rowOf(10_000).from);
  expect(await rows().count()).toBeLessThan(60);
  await page.getByRole('searchbox').fill(rowOf(77).from);
  await sees(page, /^1 call$/);
  expect(await rows().first().textContent()).toContain(rowOf(77).from);
  // After the return from a call, the search is still in effect.
  await rows().first().click();
  await sees(page, 'Ladder');
  await page.goBack();
  await sees(page, /^1 call$/);
  expect(await page.getByRole('searchbox').inputValue()).toBe(rowOf(77).from);
});

test('A new call moves neither the visible rows nor the focus', async () => {
  for (let call = 100; call <= 200; call++) calls.rows.push(rowOf(call, { failedInvocations: call % 2 }));
  await open();
  await rows().nth(3).focus();
  const top = () => page.evaluate(() => document.activeElement?.getBoundingClientRect().top);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('href'));
  const [place, of] = [await top(), await focused()];
  calls.tell(rowOf(2));
  calls.tell(rowOf(1));
  await sees(page, '103 calls');
  await expect.poll(async () => [await top(), await focused()]).toEqual([place, of]);
  await page.keyboard.press('ArrowUp');
  await expect.poll(focused).toBe(`#${rowOf(102).transactionId}`);
  await page.getByRole('searchbox').fill('failed');
  await sees(page, '50 calls');
});

test("A call shows its error's place, and strangers' input as text", async () => {
  calls.tell(rowOf(1), ...failingCall());
  await open(`#${rowOf(1).transactionId}`);
  await page.getByRole('button', { name: /SIP edge: INVITE/ }).click();
  await sees(page, '<img src=x onerror=alert(1)>');
  expect(await page.locator('img').count()).toBe(0);
  await page.getByRole('button', { name: /TypeError/ }).click();
  const place = page.getByRole('link', { name: '/app/decide.ts:41:13' });
  expect(await place.getAttribute('href')).toBe('vscode://file/app/decide.ts:41:13');
  await sees(page, 'looking the order up');
  await sees(page.getByRole('region', { name: 'Event' }), '"NEW_INBOUND_CALL"');
});

test('A call in progress grows on the page', async () => {
  const entries = failingCall();
  calls.tell(rowOf(1, { state: 'connected' }), ...entries.slice(0, 4));
  await open(`#${rowOf(1).transactionId}`);
  await page.getByRole('button', { name: /NEW_INBOUND_CALL/ }).waitFor();
  calls.tell(rowOf(1, { state: 'connected', durationMs: 12 }), ...entries.slice(4));
  await page.getByRole('button', { name: /TypeError/ }).waitFor();
  await page.getByRole('button', { name: /sorry\.wav/ }).waitFor();
});

test('The sound of a telephone is drawn and described in words', async () => {
  calls.tell(rowOf(1), ...failingCall(), levelsAt(3_000), levelsAt(6_000, 'said'));
  await open(`#${rowOf(1).transactionId}`);
  const words = '8 dB below full scale at 1.0 s';
  const heard = page.getByRole('img', {
    name: `+14155550001 heard sound from 1.0 to 3.0 s; loudest ${words}`,
  });
  await heard.waitFor();
  expect(await heard.locator('path.outline').getAttribute('d')).toMatch(/^M\d/);
  await page.getByRole('img', { name: /\+14155550001 said sound from 4\.0 to 6\.0 s/ }).waitFor();
  calls.tell(rowOf(1, { durationMs: 8_000 }), levelsAt(8_000));
  await page.getByRole('img', { name: /heard sound from 1\.0 to 3\.0 s, from 6\.0 to 8\.0 s/ }).waitFor();
});

test('The label of a short action stands beside its bar', async () => {
  calls.tell(rowOf(1), ...failingCall(), levelsAt(9_000));
  await open(`#${rowOf(1).transactionId}`);
  const label = page.locator('.bar.function span');
  expect(await label.textContent()).toBe('NEW_INBOUND_CALL');
  const fits = (element: Element) => element.scrollWidth <= element.clientWidth && element.clientWidth > 80;
  expect(await label.evaluate(fits)).toBe(true);
});

test('The call of a number is found by roughly when it began', async () => {
  calls.tell(rowOf(3, { from: '+16045550100' }));
  calls.tell(rowOf(2, { from: '+16045550100' }));
  calls.tell(rowOf(1));
  await open(`#number=${encodeURIComponent('+16045550100')}&at=${rowOf(3).at + 100}`);
  await sees(page, rowOf(3).transactionId);
  await page.getByRole('link', { name: 'Calls' }).click();
  await sees(page, '3 calls');
});

test('Faults are switched on the page, reported on every view, and ended', async () => {
  calls.tell(rowOf(1));
  await open('#faults');
  const form = page.getByRole('form', { name: 'throttled-api' });
  await form.getByLabel('Only for').fill('dynamodb');
  await form.getByLabel('How often').fill('3');
  await form.getByRole('button').press('Enter');
  await page.getByRole('button', { name: 'Switch off throttled-api' }).waitFor();
  await sees(page, 'For dynamodb, 3 times more');
  await sees(page, '1 fault is on: throttled-api');
  await page.getByRole('form', { name: 'slow-function' }).getByLabel('Milliseconds').fill('-1');
  await page.getByRole('button', { name: 'Switch on slow-function' }).click();
  await sees(page, 'ms is a whole number from 1 to');
  calls.faults.switchOn('missed-hangup', {});
  await page.getByRole('link', { name: 'Calls' }).click();
  await sees(page, '2 faults are on: missed-hangup, throttled-api');
  await page.getByRole('button', { name: 'Switch all off' }).click();
  await expect.poll(() => page.getByRole('status', { name: 'Faults that are on' }).textContent()).toBe('');
  expect(calls.faults.list().filter(({ on }) => on)).toEqual([]);
});

test('A call that is no longer kept is reported as gone', async () => {
  await open('#00000000-0000-4000-8000-999999999999');
  await sees(page, 'There is no record of this call');
});
