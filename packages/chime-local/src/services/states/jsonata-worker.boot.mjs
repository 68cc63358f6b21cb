// Node 20 does not load the entry file of a worker through `--import`, so this file first registers the
// TypeScript loader.
import { register } from 'tsx/esm/api';

register();
await import('./jsonata-worker.ts');
