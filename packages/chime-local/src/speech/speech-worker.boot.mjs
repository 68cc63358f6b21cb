// Node 20 does not load a worker's own file through `--import`, so this file first registers the TypeScript loader.
import { register } from 'tsx/esm/api';

register();
await import('./speech-worker.ts');
