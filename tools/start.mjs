#!/usr/bin/env node
// `npm start`: installs what is missing, then runs the local runtime in this process.
import { asksForHelp, ensureDependencies } from './dependencies.mjs';
import { printOptions } from './options-help.mjs';

const args = process.argv.slice(2);
if (asksForHelp(args)) {
  await printOptions('npm start --');
  process.exit(0);
}
await ensureDependencies(args);
// The SDK's warning about Node versions concerns the maintainers of the lockfile, not the person at the
// terminal.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const { importBundled } = await import('./bundle.mjs');
const { main } = await importBundled('apps/live-call/local/start.ts');
await main(args);
