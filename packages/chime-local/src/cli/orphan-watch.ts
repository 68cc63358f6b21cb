/** Milliseconds between two looks: a script that ends a stack waits no longer. Ours. */
const LOOK_MS = 1_000;

export interface ParentOfProcess {
  environment: Readonly<Record<string, string | undefined>>;
  id(): number;
}

const OWN: ParentOfProcess = { environment: process.env, id: () => process.ppid };

/**
 * Calls `onOrphaned` once when npm, or the shell in which it runs a command, is gone. npm and `npx` end that shell at a SIGTERM,
 * and nobody passes it on to the command itself, which would go on with its ports taken. Without npm nothing is watched: a
 * command may outlive its shell there.
 */
export function watchForOrphaning(onOrphaned: () => void, parent = OWN): void {
  if (parent.environment.npm_command === undefined) return;
  const first = parent.id();
  const looking = setInterval(() => {
    if (parent.id() === first) return;
    clearInterval(looking);
    onOrphaned();
  }, LOOK_MS).unref();
}
