import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DEFAULT_PROMPT, PROMPT } from './prompts.ts';

const RECORDINGS = join(dirname(fileURLToPath(import.meta.url)), '../../prompts');

it.each([...Object.values(PROMPT), DEFAULT_PROMPT])('%s is recorded', (key) => {
  expect(existsSync(join(RECORDINGS, key))).toBe(true);
});
