/** The front door of the runtime: how it is started, and what a start tells. */
export type { Application, ReadyNotes } from './application.ts';
export type { Endpoints } from './endpoints-file.ts';
export type { Reporter } from './reporter.ts';
export { Interrupted, startRuntime } from './runtime.ts';
