/** Public entry point of the runtime: how it is started, and what a start reports. */
export type { Application, ReadyNotes } from './application.ts';
export { applicationSource } from './application-source.ts';
export type { ChimeLocalOptions } from './chime-local-options.ts';
export { apisOf } from './cloud-apis.ts';
export type { Endpoints } from './endpoints.ts';
export { Interrupted } from './interrupted.ts';
export { lineReporter, type Reporter } from './reporter.ts';
export type { Runtime } from './runtime.ts';
export { audioObjects } from './service-access.ts';
export { startRuntime, startTelephones } from './start-runtime.ts';
export type { Telephones } from './telephones.ts';
export { type QuietRuntime, startWithoutTelephones } from './without-telephones.ts';
