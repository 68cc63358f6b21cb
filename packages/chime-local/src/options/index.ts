/** The front door of the options: what a start is given. It loads nothing, so that the command line answers at once. */

export * from './allowed-host.ts';
export * from './application-source.ts';
export * from './defaults.ts';
export * from './number-route.ts';
export type * from './offered-keys.ts';
export * from './party-script.ts';
export type * from './start-options.ts';
