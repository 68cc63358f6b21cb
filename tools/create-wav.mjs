#!/usr/bin/env node
// `npm run create-wav`: installs what is missing, then writes a prompt (see create-wav/main.ts).
import { asksForHelp, ensureDependencies } from './dependencies.mjs';
import { importUntyped } from './options-help.mjs';

if (asksForHelp(process.argv.slice(2))) {
  console.log((await importUntyped('tools/create-wav/usage.ts')).USAGE);
  process.exit(0);
}

await ensureDependencies();
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const { register } = await import('tsx/esm/api');
register();
await import('./create-wav/main.ts');
