#!/usr/bin/env node
// `npm start`: installs what is missing, then runs the local runtime in this process.
import { ensureDependencies } from './dependencies.mjs';

await ensureDependencies();
const { register } = await import('tsx/esm/api');
register();
const { main } = await import('../local/runtime/main.ts');
await main(process.argv.slice(2));
