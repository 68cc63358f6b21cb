/**
 * Entry point of the media thread: registers a TypeScript loader, whatever runs the main thread, and starts
 * the thread.
 */
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
