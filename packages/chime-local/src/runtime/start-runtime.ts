/**
 * As in `runtime.ts` and `telephones.ts`, which are loaded when a stack or telephones are to be started: a rehearsal needs
 * neither telephones nor pages, and loads sooner without them.
 */
export const startRuntime: typeof import('./runtime.ts').startRuntime = async (...given) =>
  (await import('./runtime.ts')).startRuntime(...given);

export const startTelephones: typeof import('./telephones.ts').startTelephones = async (...given) =>
  (await import('./telephones.ts')).startTelephones(...given);
