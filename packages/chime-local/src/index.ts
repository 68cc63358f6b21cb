/** The runtime as a library. */
export type { Application, AssemblyRequest, ReadyNotes, ReadyStack } from './runtime/application.ts';
export type { Endpoints } from './runtime/endpoints-file.ts';
export { madeOf } from './stack/made-of.ts';
export { TemplateError } from './stack/template/template.ts';
