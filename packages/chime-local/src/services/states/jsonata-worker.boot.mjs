// Node 20 does not load a worker's own file through `--import`, so this one registers the loader of
// TypeScript first.
import { register } from 'tsx/esm/api';

register();
await import('./jsonata-worker.ts');
