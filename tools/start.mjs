#!/usr/bin/env node
// `npm start`: installs what is missing, then runs the local runtime in this process.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { asksForHelp, ensureDependencies, root } from './dependencies.mjs';

const args = process.argv.slice(2);
if (asksForHelp(args)) {
  // The text has no types in it: it can be read where nothing is installed that would take them away.
  const text = readFileSync(path.join(root, 'packages/chime-local/src/cli/usage.ts'), 'utf8');
  const { OPTIONS_HELP } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  process.stdout.write(`npm start -- [options]\n${OPTIONS_HELP}`);
  process.exit(0);
}
await ensureDependencies(args);
// The SDK's advice on Node versions is for the lockfile's keepers, not for the person at the terminal.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const { importBundled } = await import('./bundle.mjs');
const { main } = await importBundled('apps/live-call/local/start.ts');
await main(args);
