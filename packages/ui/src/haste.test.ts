import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HASTE_MS, isForAnother } from './haste.ts';

test('Style sheets and scripts ignore a second click equally long', () => {
  const sheet = readFileSync(new URL('./base.css', import.meta.url), 'utf8');
  const [, seconds] = /--haste: ([\d.]+)s;/.exec(sheet) ?? [];
  expect(Number(seconds) * 1000).toBe(HASTE_MS);
});

test.each([
  ['at another thing, at once', { control: 'b', at: 400 }, true],
  ['at the same thing', { control: 'a', at: 400 }, false],
  ['after a second', { control: 'b', at: 1000 }, false],
  ['at another place', { control: 'b', at: 400, x: 30 }, false],
  ['by a hand that trembles', { control: 'b', at: 400, y: 5 }, true],
])('Stray clicks are recognised: %s', (_when, part, stray) => {
  const click = { x: 0, y: 0, ...part };
  const before = { control: 'a', x: 0, y: 0, at: 0 };
  expect(isForAnother(before as never, click as never)).toBe(stray);
});
