import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { RUNTIME_DIRECTORY } from './environment.ts';
import type { FunctionSpec } from './lambda-runner.ts';
import { DATA_SEGMENT_SLACK_MEGABYTES } from './limits.ts';

export type Command = { file: string; args: string[] } | { missing: string };

/** Share of the function's memory that V8's old generation may take before it collects thoroughly. */
const HEAP_SHARE = 0.9;

/** The command that runs the function, wrapped so that it dies with this process and cannot use up the machine. */
export function commandFor(
  spec: FunctionSpec,
  taskRoot: string,
  python: { path: string } | { missing: string },
  /** The bootstrap's argument, as JSON. */
  told: string,
): Command {
  const command = interpreterFor(spec, taskRoot, python, told);
  if ('missing' in command) return command;
  const wrapped = [...wrappers(spec.memoryMegabytes), command.file, ...command.args];
  return { file: wrapped[0] ?? command.file, args: wrapped.slice(1) };
}

function interpreterFor(
  spec: FunctionSpec,
  taskRoot: string,
  python: { path: string } | { missing: string },
  told: string,
): Command {
  if (spec.runtime.startsWith('nodejs')) {
    // Makes stack traces name the sources from which a bundle was made.
    const heap = `--max-old-space-size=${Math.max(64, Math.floor(spec.memoryMegabytes * HEAP_SHARE))}`;
    return {
      file: process.execPath,
      args: ['--enable-source-maps', heap, join(RUNTIME_DIRECTORY, 'bootstrap.mjs'), told],
    };
  }
  if (spec.runtime.startsWith('python')) {
    if ('missing' in python) return python;
    return { file: python.path, args: [join(RUNTIME_DIRECTORY, 'bootstrap.py'), told] };
  }
  if (spec.runtime.startsWith('provided')) return { file: join(taskRoot, 'bootstrap'), args: [] };
  return {
    missing: `the runtime ${spec.runtime} of ${spec.functionName} does not run here; use nodejs, python or provided`,
  };
}

/**
 * `setpriv --pdeathsig` asks the kernel to kill the process when ours dies, however that happens and whatever
 * the function is doing; `prlimit` limits its data segment. Both use exec, so the process id stays that of
 * the spawned process.
 */
function wrappers(memoryMegabytes: number): string[] {
  const bytes = (2 * memoryMegabytes + DATA_SEGMENT_SLACK_MEGABYTES) * 1024 * 1024;
  return [
    ...(has('setpriv', ['--pdeathsig', 'KILL', 'true']) ? ['setpriv', '--pdeathsig', 'KILL'] : []),
    ...(has('prlimit', ['--data=8589934592', 'true']) ? ['prlimit', `--data=${bytes}`] : []),
  ];
}

const present = new Map<string, boolean>();

/** Whether the tool exists on this machine and knows the option; checked once. */
function has(tool: string, probe: string[]): boolean {
  let known = present.get(tool);
  if (known === undefined) {
    known = process.platform === 'linux' && spawnSync(tool, probe, { stdio: 'ignore' }).status === 0;
    present.set(tool, known);
  }
  return known;
}
