#!/usr/bin/env node
// `npm run bench [-- section …]`: installs what is missing, then measures.
import { spawnSync } from 'node:child_process';
import { ensureDependencies, root } from './dependencies.mjs';

// The SDK's advice on Node versions does not belong among the figures.
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
