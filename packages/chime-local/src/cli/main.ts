import { existsSync } from 'node:fs';
import type { StartOptions } from '#options';
import type { Application } from '#runtime';
import { faultText } from './fault-text.ts';
import { OptionError, parseOptions } from './options.ts';
import { watchForOrphaning } from './orphan-watch.ts';
import type { Terminal } from './terminal.ts';
import { OPTIONS_HELP } from './usage.ts';

/** Exit code of a process ended by Ctrl-C, by the shells' convention (128 + SIGINT). */
const INTERRUPTED = 130;
/** Exit code after a fault of the program itself: EX_SOFTWARE of sysexits(3). */
const SOFTWARE_FAULT = 70;
/** Milliseconds that a shutdown after a fault may take; ending the calls takes at most 6 s. Our choice. */
const LONGEST_END_MS = 12_000;

/** Shuts down gracefully on the first Ctrl-C and exits at once on the second. */
function stopOnSignal(stop: () => void, terminal: Terminal): void {
  let asked = false;
  const hear = (): void => {
    if (asked) process.exit(INTERRUPTED);
    asked = true;
    terminal.progress('Ending calls and stopping … (Ctrl-C again: at once)');
    stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear);
  watchForOrphaning(() => {
    if (!asked) hear();
  });
}

/**
 * Handles an unforeseen fault, after which the process must not continue (Node.js documentation, "Warning:
 * Using 'uncaughtException' correctly"): calls get their BYE, functions their HANGUP, `endpoints.json` is
 * deleted, and the last line tells what to do. Faults during this shutdown are only reported.
 */
function stopOnFault(stop: () => Promise<void>, terminal: Terminal): void {
  let ending = false;
  const hear = (fault: unknown): void => {
    const text = faultText(fault);
    terminal.log.error(`A fault of this program: ${text}`);
    if (ending) return;
    ending = true;
    terminal.progress('Ending calls and stopping …');
    const end = (): never => {
      terminal.failure(
        `Stopped after a fault of this program (${firstLine(text)}). Its calls were ended; start it again. What happened is in ${terminal.logPath}.`,
      );
      process.exit(SOFTWARE_FAULT);
    };
    setTimeout(end, LONGEST_END_MS);
    stop()
      .catch(() => {})
      .then(end);
  };
  process.on('uncaughtException', hear);
  process.on('unhandledRejection', hear);
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

function optionsOrExit(argv: readonly string[], command: string): StartOptions {
  try {
    const options = parseOptions(argv, process.cwd(), command);
    const place = options.source.path;
    if (place === undefined || existsSync(place)) return options;
    throw new OptionError(
      `${place} is missing: name a handler or the folder of an application. Try ${command} --help.`,
    );
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

/** How this command line is invoked, and the application that it runs if no other is named. */
export interface CommandLine {
  /** What the user types before the options, e.g. `npm start --`. */
  command: string;
  /** The command that prints the AWS CLI's environment. */
  awsEnvironment: string;
  application?: Application;
}

async function run(options: StartOptions, { application, awsEnvironment }: CommandLine): Promise<void> {
  // Slow modules are imported only now that they are known to be needed.
  const [{ isUserError }, { Interrupted, startRuntime }, { Terminal }, keys] = await Promise.all([
    import('#platform'),
    import('#runtime'),
    import('./terminal.ts'),
    import('./keys.ts'),
  ]);
  const { mayPressKeys, TerminalKeys } = keys;
  const terminal = new Terminal({ ...options, awsEnvironment });
  const interrupt = new AbortController();
  const starting = startRuntime(options, terminal, interrupt.signal, application);
  const finish = (error: unknown): never => {
    if (error instanceof Interrupted) process.exit(INTERRUPTED);
    terminal.failure(
      isUserError(error) ? (error as Error).message : ((error as Error).stack ?? String(error)),
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
  stopOnFault(async () => {
    interrupt.abort();
    await (await starting).stop();
  }, terminal);
  try {
    const runtime = await starting;
    terminal.ready(runtime.endpoints, runtime.rows, options);
    if (mayPressKeys()) {
      const quit = (): void => void process.kill(process.pid, 'SIGINT');
      new TerminalKeys({ terminal, runtime, quit }).listen();
    }
  } catch (error) {
    finish(error);
  }
}

/** Runs the runtime's command line. */
export async function main(argv: readonly string[], commandLine: CommandLine): Promise<void> {
  const { command } = commandLine;
  const options = optionsOrExit(argv, command);
  if (options.help) process.stdout.write(`${command} [options]\n${OPTIONS_HELP}`);
  else await run(options, commandLine);
}
