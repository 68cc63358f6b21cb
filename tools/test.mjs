#!/usr/bin/env node
// `npm test`: installs what the tests need, then formatter, linter, types and all tests. With arguments: vitest alone,
// with these. The programs that the chosen tests drive (SIP phones, browsers) are asked for by vitest's set-up.
import { spawn } from 'node:child_process';
import { asksForHelp, ensureDependencies, root } from './dependencies.mjs';

const USAGE = `npm test                        everything: formatter, linter, types, unused exports, all tests
npm test -- PATH …              the tests of these files; any argument of vitest (-t NAME, --project NAME)
npm run test:unit [-- PATH …]   beside the code; needs no program but Node.js
npm run test:watch [-- PATH …]  the same, again after each change
npm run test:pages              both pages, in a real browser, against pretend servers
npm run test:system             whole calls: real phones, real browsers, real AWS clients (Linux)
`;

const args = process.argv.slice(2);
if (asksForHelp(args)) {
  process.stdout.write(USAGE);
  process.exit(0);
}
await ensureDependencies(args);

/** Runs a step; the first one that fails ends the run with its exit code. */
async function step(name, command, args) {
  const started = Date.now();
  const child = spawn(process.execPath, [command, ...args], { cwd: root, stdio: 'inherit' });
  const status = await new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  console.log(`${name}: ${status === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (status !== 0) process.exit(status);
}

const vitest = (mode, args) =>
  step('Tests', 'node_modules/vitest/vitest.mjs', [
    ...[mode, '--reporter=default', '--reporter=./tools/closing-line-reporter.ts'],
    ...args,
  ]);

const [first, ...rest] = args;
if (first === 'watch') await vitest('watch', rest);
else if (first !== undefined) await vitest('run', args);
else {
  await step('Formatter and linter', 'node_modules/@biomejs/biome/bin/biome', [
    ...['check', '--error-on-warnings', '.'],
  ]);
  await step('Types', 'node_modules/typescript/bin/tsc', ['-p', '.']);
  await step('Types of the pure rooms', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.pure.json']);
  await step('Exports that nobody imports', 'node_modules/knip/bin/knip.js', ['--no-progress']);
  await vitest('run', []);
}
