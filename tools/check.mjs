#!/usr/bin/env node
// `npm run check`: installs what is missing, then runs everything that `npm test` checks before the tests.
import { runChecks } from './checks.mjs';
import { asksForHelp, ensureDependencies } from './dependencies.mjs';

if (asksForHelp(process.argv.slice(2))) {
  console.log(
    'npm run check     formatter, linter, types, unused exports; npm run format mends the first two',
  );
  process.exit(0);
}
await ensureDependencies();
await runChecks();
