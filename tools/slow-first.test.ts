import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SLOW_FILES } from './slow-first.ts';

it('Every file that starts first because it is slow exists', () => {
  expect(SLOW_FILES.filter((file) => !existsSync(file))).toEqual([]);
  expect(new Set(SLOW_FILES).size).toBe(SLOW_FILES.length);
});
