// Node 20 does not apply `--import` to a worker's own entry file, so this file registers the TypeScript
// loader first.
import { register } from 'tsx/esm/api';

register();
await import('./template-worker.ts');
