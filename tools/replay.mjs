#!/usr/bin/env node
// `npm run replay -- CALL`: replays a call that was recorded here, with the application's present code.
import { ensureDependencies } from './dependencies.mjs';

await ensureDependencies(process.argv.slice(2));
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const { importBundled } = await import('./bundle.mjs');
const { main } = await importBundled('apps/live-call/local/replay.ts');
process.exitCode = await main(process.argv.slice(2));
