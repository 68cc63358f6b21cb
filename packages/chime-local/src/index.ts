/** The runtime as a library: `startChimeLocal`, and what an application that brings its own stack needs. */

export { UserError } from './platform/user-error.ts';
export type { Application, AssemblyRequest, ReadyNotes, ReadyStack } from './runtime/application.ts';
export type { ChimeLocalOptions } from './runtime/chime-local-options.ts';
export type { Endpoints } from './runtime/endpoints.ts';
export type { RuntimeLine } from './runtime/runtime-line.ts';
export { type ChimeLocal, startChimeLocal } from './runtime/start-chime-local.ts';
export { type ChimeLocalConfig, defineConfig } from './ways-in/config/config.ts';
