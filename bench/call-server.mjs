// `call-server.ts` as `npm start` would run it: bundled, its threads too.
import { importBundled } from '../tools/bundle.mjs';

await importBundled('bench/call-server.ts');
