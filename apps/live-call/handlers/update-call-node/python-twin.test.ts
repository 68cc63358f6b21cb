import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const TWIN = join(dirname(fileURLToPath(import.meta.url)), '../../handlers-python/update_call');
const noPython = spawnSync('python3', ['--version']).status !== 0;

it.skipIf(noPython)('The Python twin agrees with the same examples', () => {
  const { status, stderr } = spawnSync('python3', ['-B', join(TWIN, 'test_examples.py')], {
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/OK\s*$/);
  expect(status).toBe(0);
});
