#!/usr/bin/env node
// `npm start`: installs what is missing, then runs the local runtime in this process.
import { ensureDependencies } from './dependencies.mjs';

await ensureDependencies();
// The SDK's advice on Node versions is for the lockfile's keepers, not for the person at the terminal.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const { importBundled } = await import('./bundle.mjs');
const { main } = await importBundled('local/runtime/main.ts');
await main(process.argv.slice(2));
