#!/usr/bin/env node
// `npm run soak -- --minutes N`: the tests of tests/hostile, with strangers for N minutes instead of a few
// seconds.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { asksForHelp, ensureDependencies, root } from './dependencies.mjs';

const USUAL_MINUTES = 60;
const MS_PER_MINUTE = 60_000;

function minutesOf(argv) {
  const { values } = parseArgs({ args: argv, options: { minutes: { type: 'string' } } });
  const minutes = Number(values.minutes ?? USUAL_MINUTES);
  if (!(minutes > 0))
    throw new Error(`--minutes takes a number above 0, not ${JSON.stringify(values.minutes)}.`);
  return minutes;
}

if (asksForHelp(process.argv.slice(2))) {
  console.log(
    `npm run soak -- [--minutes N]     strangers while a call is up, for N minutes (${USUAL_MINUTES})`,
  );
  process.exit(0);
}
let minutes;
try {
  minutes = minutesOf(process.argv.slice(2));
} catch (error) {
  console.error(`${error.message} Try: npm run soak -- --minutes 10`);
  process.exit(2);
}
await ensureDependencies();
console.log(`Strangers for ${minutes} minutes: a call is up meanwhile and must lose nothing.`);
/** Runs these files in parallel; returns the exit code. */
function run(files) {
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'system', ...files],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, HOSTILE_MS: String(minutes * MS_PER_MINUTE) },
    },
  );
  return status ?? 1;
}

// Tests that start a stack run first and alone: beside two floods a stack would have no processor time to
// start with.
const statuses = [
  run(['tests/hostile/faults.test.ts']),
  run(['tests/hostile/requests.test.ts']),
  run(['tests/hostile/media.test.ts', 'tests/hostile/signalling.test.ts']),
];
process.exit(Math.max(...statuses));
