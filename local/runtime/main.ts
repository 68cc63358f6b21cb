import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { OptionError, parseOptions, type StartOptions } from './options.ts';
import type { Terminal } from './terminal.ts';
import { USAGE } from './usage.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
/** Exit code of a process that Ctrl-C ended, by the shells' habit (128 + SIGINT). */
const INTERRUPTED = 130;

/** Ends the process politely on the first Ctrl-C and at once on the second. */
function stopOnSignal(stop: () => void, terminal: Terminal): void {
  let asked = false;
  const hear = (): void => {
    if (asked) process.exit(INTERRUPTED);
    asked = true;
    terminal.progress('Ending calls and stopping … (Ctrl-C again: at once)');
    stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear);
}

function optionsOrExit(argv: readonly string[]): StartOptions {
  try {
    return parseOptions(argv, process.cwd());
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

async function run(options: StartOptions): Promise<void> {
  // What takes long to load is loaded when it is known that it is needed.
  const [{ isComplaint }, { Interrupted, startRuntime }, { Terminal }] = await Promise.all([
    import('./complaint.ts'),
    import('./runtime.ts'),
    import('./terminal.ts'),
  ]);
  const terminal = new Terminal(options);
  const interrupt = new AbortController();
  const starting = startRuntime(options, ROOT, terminal, interrupt.signal);
  const finish = (error: unknown): never => {
    if (error instanceof Interrupted) process.exit(INTERRUPTED);
    terminal.complaint(
      isComplaint(error) ? (error as Error).message : ((error as Error).stack ?? String(error)),
    );
    process.exit(1);
  };
  stopOnSignal(() => {
    interrupt.abort();
    starting
      .then((runtime) => runtime.stop())
      .then(() => process.exit(0))
      .catch(finish);
  }, terminal);
  try {
    terminal.ready((await starting).endpoints);
  } catch (error) {
    finish(error);
  }
}

/** The command line of `npm start`. */
export async function main(argv: readonly string[]): Promise<void> {
  const options = optionsOrExit(argv);
  if (options.help) process.stdout.write(USAGE);
  else await run(options);
}
