import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isComplaint } from './complaint.ts';
import { OptionError, parseOptions, USAGE } from './options.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import { Terminal } from './terminal.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Ends the process politely on the first Ctrl-C and at once on the second. */
function stopOnSignal(starting: Promise<Runtime>, terminal: Terminal): void {
  let asked = false;
  const stop = async (): Promise<void> => {
    if (asked) process.exit(130);
    asked = true;
    terminal.progress('Ending calls and stopping … (Ctrl-C again: at once)');
    try {
      await (await starting).stop();
      process.exit(0);
    } catch (error) {
      terminal.complaint((error as Error).message);
      process.exit(1);
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
}

/** The command line of `npm start`. */
export async function main(argv: readonly string[]): Promise<void> {
  let options: ReturnType<typeof parseOptions>;
  try {
    options = parseOptions(argv, process.cwd());
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const terminal = new Terminal(options.verbose);
  const starting = startRuntime(options, ROOT, terminal);
  stopOnSignal(starting, terminal);
  try {
    const runtime = await starting;
    terminal.ready(runtime.endpoints);
  } catch (error) {
    terminal.complaint(
      isComplaint(error) ? (error as Error).message : ((error as Error).stack ?? String(error)),
    );
    process.exit(1);
  }
}
