/** The runtime as a library. */

export { buildCached } from './platform/build-cache.ts';
export type { Application, AssemblyRequest, ReadyNotes, ReadyStack } from './runtime/application.ts';
export type { Endpoints } from './runtime/endpoints-file.ts';
export { TemplateError } from './stack/template/template.ts';
