import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SLOW_FILES } from './slow-first.ts';

it('every file that is begun first for its slowness exists', () => {
  expect(SLOW_FILES.filter((file) => !existsSync(file))).toEqual([]);
  expect(new Set(SLOW_FILES).size).toBe(SLOW_FILES.length);
});
