#!/usr/bin/env node
// `npm test`: installs what the tests need, then formatter, linter, types and all tests. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { ensureDependencies, root } from './dependencies.mjs';

await ensureDependencies();
const { ensureTestTools } = await import('./test-tools.mjs');
await ensureTestTools();

/** Runs a step; the first one that fails ends the run with its exit code. */
function step(name, command, args) {
  const started = Date.now();
  const { status } = spawnSync(process.execPath, [command, ...args], { cwd: root, stdio: 'inherit' });
  console.log(`${name}: ${status === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (status !== 0) process.exit(status ?? 1);
}

const args = process.argv.slice(2);
if (args.length === 0) {
  step('Formatter and linter', 'node_modules/@biomejs/biome/bin/biome', [
    'check',
    '--error-on-warnings',
    '.',
  ]);
  step('Types', 'node_modules/typescript/bin/tsc', ['-p', '.']);
}
step('Tests', 'node_modules/vitest/vitest.mjs', [
  'run',
  '--reporter=default',
  '--reporter=./tools/closing-line-reporter.ts',
  ...args,
]);
