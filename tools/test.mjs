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
npm run test:system             these, and whole calls: real phones, real browsers, real AWS clients (Linux)
`;

const args = process.argv.slice(2);
if (asksForHelp(args)) {
  process.stdout.write(USAGE);
  process.exit(0);
}
await ensureDependencies(args);

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs a program of the repository's; gives its exit code, and what it printed unless `stdio` lets it print itself. */
async function run(args, stdio) {
  const child = spawn(process.execPath, args, { cwd: root, stdio });
  let output = '';
  const hear = (chunk) => {
    output += chunk;
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const status = await new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  return { status, output };
}

/** Runs the checks side by side; the output of each comes when it has ended. A failure ends the run with its exit code. */
async function check(...checks) {
  const statuses = await Promise.all(
    checks.map(async ([name, ...args]) => {
      const started = Date.now();
      const { status, output } = await run(args, ['ignore', 'pipe', 'pipe']);
      process.stdout.write(output);
      console.log(`${name}: ${status === 0 ? 'ok' : 'FAILED'} (${seconds(started)})`);
      return status;
    }),
  );
  const failed = statuses.find((status) => status !== 0);
  if (failed !== undefined) process.exit(failed);
}

async function vitest(mode, args) {
  const started = Date.now();
  const reporters = ['--reporter=default', '--reporter=./tools/closing-line-reporter.ts'];
  const { status } = await run(['node_modules/vitest/vitest.mjs', mode, ...reporters, ...args], 'inherit');
  console.log(`Tests: ${status === 0 ? 'ok' : 'FAILED'} (${seconds(started)})`);
  if (status !== 0) process.exit(status);
}

const [first, ...rest] = args;
if (first === 'watch') await vitest('watch', rest);
else if (first !== undefined) await vitest('run', args);
else {
  await check(
    ['Formatter and linter', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
    ['Types', 'node_modules/typescript/bin/tsc', '-p', '.'],
    ['Types of the pure rooms', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.pure.json'],
    ['Exports that nobody imports', 'node_modules/knip/bin/knip.js', '--no-progress'],
  );
  await vitest('run', []);
}
