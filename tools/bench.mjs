#!/usr/bin/env node
// `npm run bench [-- section …]`: installs what is missing, then measures.
import { spawnSync } from 'node:child_process';
import { asksForHelp, ensureDependencies, root } from './dependencies.mjs';

if (asksForHelp(process.argv.slice(2))) {
  console.log(`npm run bench [-- SECTION …]     measures speed and memory; without a section, all of them
  The sections, and what they measured: docs/performance.md. A section that is not there is answered with their names.
  The figures are also written to .local/bench/result.json and result.md.`);
  process.exit(0);
}

// The SDK's warning about Node versions does not belong among the figures.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
await ensureDependencies();
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
process.exit(status ?? 1);
