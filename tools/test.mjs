#!/usr/bin/env node
// `npm test`: installs what the tests need, then runs formatter, linter, type check and all tests. With
// arguments: vitest alone, with these. Vitest's set-up provides the programs that the chosen tests drive (SIP
// phones, browsers).
import { run, runChecks, seconds } from './checks.mjs';
import { asksForHelp, ensureDependencies } from './dependencies.mjs';

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
  await runChecks();
  await vitest('run', []);
}
