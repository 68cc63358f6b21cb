import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RunningStack } from './running-stack.ts';

/** A running stack whose whole log can be read; the terminal omits most of what functions print. */
export interface LoggedStack {
  stack: RunningStack;
  /** Its data folder. */
  data: string;
  /** Everything logged so far by the runtime and by functions, including debug lines. */
  log(): string;
  /** Stops the stack and removes its data. */
  stop(): Promise<void>;
}

/** Starts a stack with its own data folder. */
export async function startLoggedStack(args: string[] = []): Promise<LoggedStack> {
  const data = mkdtempSync(path.join(tmpdir(), 'logged-stack-'));
  try {
    const stack = await RunningStack.start(['--data', data, ...args]);
    return {
      stack,
      data,
      log: () => readFileSync(path.join(data, 'logs', 'runtime.log'), 'utf8'),
      async stop() {
        await stack.stop();
        rmSync(data, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(data, { recursive: true, force: true });
    throw error;
  }
}
