import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HASTE_MS } from './haste.ts';

test('style sheets wait as long as scripts for a second click', () => {
  const sheet = readFileSync(new URL('./base.css', import.meta.url), 'utf8');
  const [, seconds] = /--haste: ([\d.]+)s;/.exec(sheet) ?? [];
  expect(Number(seconds) * 1000).toBe(HASTE_MS);
});
