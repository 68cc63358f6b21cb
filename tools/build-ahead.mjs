// Builds what the first `npm start` would build. Tests of whole calls start with it: otherwise all of them
// would wait for one build.
import { importBundled } from './bundle.mjs';

const { buildAhead } = await importBundled('apps/live-call/local/start.ts');
await buildAhead();
