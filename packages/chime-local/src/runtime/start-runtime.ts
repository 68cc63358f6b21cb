/**
 * As in `runtime.ts`, which is loaded when a stack is to be started: a rehearsal needs neither telephones nor pages, and
 * loads sooner without them.
 */
export const startRuntime: typeof import('./runtime.ts').startRuntime = async (...given) =>
  (await import('./runtime.ts')).startRuntime(...given);
