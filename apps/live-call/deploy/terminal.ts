/** What the commands print and ask. */
import { createInterface } from 'node:readline/promises';
import type { Run } from './programs.ts';
import { UserError } from './user-error.ts';

/** Everything that a command interacts with. */
export interface World {
  io: Terminal;
  run: Run;
  env: NodeJS.ProcessEnv;
  /** Resolves after that many milliseconds. */
  sleep(ms: number): Promise<void>;
}

export interface Terminal {
  say(text: string): void;
  /** Prints what went wrong. */
  complain(text: string): void;
  /** Resolves with the typed answer; rejects where nobody can be asked. */
  ask(question: string): Promise<string>;
}

export const terminal: Terminal = {
  say: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
  async ask(question) {
    if (!process.stdin.isTTY) {
      throw new UserError(`${question.trim()} Nobody can be asked here: give --yes, if that is the answer.`);
    }
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    // Ctrl-C at a question ends the command, as it does elsewhere.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    try {
      return (await lines.question(question)).trim();
    } finally {
      lines.close();
    }
  },
};

/** Throws `UserError` unless the answer is yes. */
export async function confirm(io: Terminal, yes: boolean, question: string): Promise<void> {
  if (yes) return;
  const answer = await io.ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer)) throw new UserError('Nothing was done.');
}
