/** Exit codes: 0 done, 1 not done, 130 Ctrl-C. */
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from './commands.ts';
import type { Command } from './options.ts';
import { isRunningSomething, run } from './programs.ts';
import { terminal } from './terminal.ts';

/** Exit code of a process that was ended by Ctrl-C, by the convention of shells. */
const INTERRUPTED = 130;

function onInterrupt(name: Command): void {
  process.stderr.write(
    name === 'status'
      ? `${name}: interrupted.\n`
      : `${name}: interrupted. What CloudFormation has begun it finishes without this terminal: ./status.sh tells.\n`,
  );
  // A program that was started has received the signal too, and prints its last message first.
  if (isRunningSomething()) process.exitCode = INTERRUPTED;
  else process.exit(INTERRUPTED);
}

const [name = '', ...args] = process.argv.slice(2);
process.once('SIGINT', () => onInterrupt(name as Command));
const code = await command(name as Command, args, { io: terminal, run, env: process.env, sleep });
process.exitCode ??= code;
