/** Public entry point of the platform, the only access to the machine's clock, randomness and log. */
export * from './build-cache.ts';
export * from './clock.ts';
export * from './ids.ts';
export * from './in-turns.ts';
export * from './installation.ts';
export * from './is-object.ts';
export * from './journal.ts';
export * from './log.ts';
export * from './log-file.ts';
export * from './path-lock.ts';
export * from './request-body.ts';
export * from './spare-memory.ts';
export * from './task-thread.ts';
export * from './thread-entry.ts';
export * from './token-bucket.ts';
export * from './unreadable-requests.ts';
export * from './user-error.ts';
