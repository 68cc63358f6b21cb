/** The public interface of the options of a start. It loads nothing else, so that the command line responds at once. */

export * from './allowed-host.ts';
export * from './application-source.ts';
export * from './defaults.ts';
export * from './number-route.ts';
export type * from './offered-keys.ts';
export * from './party-script.ts';
export type * from './start-options.ts';
