// Runs `call-server.ts` as `npm start` would: bundled, including its threads.
import { importBundled } from '../tools/bundle.mjs';

await importBundled('bench/call-server.ts');
