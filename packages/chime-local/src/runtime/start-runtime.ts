/**
 * The functions of `runtime.ts` and `telephones.ts`, which are loaded only when a stack or telephones are
 * started: a rehearsal needs neither telephones nor pages and loads faster without them.
 */
export const startRuntime: typeof import('./runtime.ts').startRuntime = async (...given) =>
  (await import('./runtime.ts')).startRuntime(...given);

export const startTelephones: typeof import('./telephones.ts').startTelephones = async (...given) =>
  (await import('./telephones.ts')).startTelephones(...given);
