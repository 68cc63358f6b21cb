/** Milliseconds between two checks, and so the longest delay for a script that ends a stack. Our choice. */
const LOOK_MS = 1_000;

export interface ParentOfProcess {
  environment: Readonly<Record<string, string | undefined>>;
  id(): number;
}

const OWN: ParentOfProcess = { environment: process.env, id: () => process.ppid };

/**
 * Calls `onOrphaned` once when npm, or the shell in which it runs a command, is gone. npm and `npx` end that
 * shell on SIGTERM, but nothing passes the signal on to the command itself, which would keep running and hold
 * its ports. Without npm nothing is watched: there a command may outlive its shell.
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
