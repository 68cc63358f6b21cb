#!/usr/bin/env node
// `npm run create-wav`: installs what is missing, then writes a prompt (see create-wav/main.ts).
import { ensureDependencies } from './dependencies.mjs';

await ensureDependencies();
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const { register } = await import('tsx/esm/api');
register();
await import('./create-wav/main.ts');
