import type { RecordEntry } from 'pstn-audio/record';
import { expect, test } from 'vitest';
import { failingCall, PretendCalls, rowOf } from '../calls-page/pretend-calls.ts';
import { axeFindings, COLOR_SCHEMES, pixelsBeyondTheEdge, sees, WIDTHS } from '../console/looks.ts';
import { FIRST_OWN, phoneWorld, WELCOME } from './phone-world.ts';

const world = phoneWorld();
const PIN = '48151623';

/** Serves the runtime's records beside the phone, including the call of its number. */
async function withRecords(): Promise<{ calls: PretendCalls; tell(entries: readonly RecordEntry[]): void }> {
  const calls = new PretendCalls('');
  world.exchange.serveCalls = (path, query, response) => calls.serve(path, query, response);
  world.exchange.config = { ...world.exchange.config, keys: [{ name: 'PIN', keys: PIN }] };
  await world.open();
  await world.page.getByRole('button', { name: 'Call', exact: true }).click();
  await world.page.getByRole('button', { name: 'star' }).waitFor();
  const row = rowOf(1, { from: FIRST_OWN, to: WELCOME, at: Date.now(), state: 'connected' });
  let told = 0;
  return { calls, tell: (entries) => calls.tell({ ...row, durationMs: ++told }, ...entries) };
}

const trace = () => world.page.getByRole('list', { name: 'Events, answers, sounds and keys' });

test("The trace of the phone's own call grows beside the keys", async () => {
  const { tell } = await withRecords();
  const entries = failingCall();
  tell(entries.slice(0, 4));
  await sees(trace(), '#1 NEW_INBOUND_CALL');
  expect(await trace().textContent()).not.toContain('INVITE');
  tell(entries.slice(4));
  const digit = { kind: 'DigitPressed', legId: 'leg-a', digit: '•' } as const;
  tell([{ kind: 'Input', at: Date.now(), ms: 9_000, input: digit }]);
  await sees(trace(), 'key •');
  await sees(trace(), 'TypeError: order is undefined');
  await sees(trace(), '♪ sorry.wav');
  // A pressed key is a row like the others, and not a button of the key pad.
  const heights = await trace()
    .locator('li')
    .evaluateAll((rows) => rows.map((row) => [row.className, row.getBoundingClientRect().height] as const));
  const heightOf = (kind: string) => heights.find(([name]) => name === kind)?.[1];
  expect(heightOf('key')).toBe(heightOf('sound'));
  const link = world.page.getByRole('link', { name: /^All of it/ });
  expect(await link.getAttribute('href')).toBe(`/calls/#${rowOf(1).transactionId}`);
  await world.page.getByRole('heading', { name: 'Trace' }).click();
  await expect.poll(() => trace().isVisible()).toBe(false);
  await world.page.getByRole('button', { name: 'Hang up' }).click();
  await sees(world.page, 'You hung up');
  await world.page.getByRole('heading', { name: 'Trace' }).click();
  await sees(trace(), '♪ sorry.wav');
});

test('Calls of other numbers, and earlier ones, are not shown', async () => {
  const { tell, calls } = await withRecords();
  calls.tell(rowOf(2, { at: Date.now() }), ...failingCall());
  calls.tell(rowOf(3, { from: FIRST_OWN, at: Date.now() - 60_000 }), ...failingCall());
  const justBefore = { from: FIRST_OWN, at: Date.now() - 8_000, durationMs: 5_000 };
  calls.tell(rowOf(4, justBefore), ...failingCall());
  tell(failingCall().slice(0, 4));
  await sees(trace(), '#1 NEW_INBOUND_CALL');
  expect(await trace().getByText('TypeError').count()).toBe(0);
});

test('A button keys the PIN that the application declares', async () => {
  await withRecords();
  await world.page.getByRole('button', { name: 'Key the PIN' }).click();
  const call = await world.exchange.call();
  await expect.poll(() => call.sound.keys).toBe(PIN);
  expect(world.written.join(' ')).not.toContain(PIN);
});

test.each(WIDTHS)('axe-core finds nothing on the phone with a trace: $name', async (size) => {
  await world.page.setViewportSize(size);
  const { tell } = await withRecords();
  tell(failingCall());
  await sees(trace(), 'TypeError');
  for (const colorScheme of COLOR_SCHEMES) {
    await world.page.emulateMedia({ colorScheme });
    expect(await axeFindings(world.page), colorScheme).toEqual([]);
  }
  expect(await pixelsBeyondTheEdge(world.page)).toBeLessThanOrEqual(0);
});
