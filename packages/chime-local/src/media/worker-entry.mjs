/** Where the media thread begins: teaches the thread TypeScript, whatever runs the main thread, and starts it. */
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
