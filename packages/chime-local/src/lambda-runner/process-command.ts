import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { RUNTIME_DIRECTORY } from './environment.ts';
import type { FunctionSpec } from './lambda-runner.ts';
import { DATA_SEGMENT_SLACK_MEGABYTES } from './limits.ts';

export type Command = { file: string; args: string[] } | { missing: string };

/** Share of the function's memory that V8's old generation may take before it collects in earnest. */
const HEAP_SHARE = 0.9;

/** The command that runs the function, wrapped so that it dies with us and cannot eat the machine. */
export function commandFor(
  spec: FunctionSpec,
  taskRoot: string,
  python: { path: string } | { missing: string },
  /** What the bootstrap is told, as JSON. */
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
    // Stacks name the sources that a bundle was made of.
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
 * `setpriv --pdeathsig` asks the kernel to kill the process when ours dies, however it dies and whatever the
 * function is busy with; `prlimit` caps its data segment. Both exec, so the process id stays the one spawned.
 */
function wrappers(memoryMegabytes: number): string[] {
  const bytes = (2 * memoryMegabytes + DATA_SEGMENT_SLACK_MEGABYTES) * 1024 * 1024;
  return [
    ...(has('setpriv', ['--pdeathsig', 'KILL', 'true']) ? ['setpriv', '--pdeathsig', 'KILL'] : []),
    ...(has('prlimit', ['--data=8589934592', 'true']) ? ['prlimit', `--data=${bytes}`] : []),
  ];
}

const present = new Map<string, boolean>();

/** Whether the tool is on this machine and knows the option; asked once. */
function has(tool: string, probe: string[]): boolean {
  let known = present.get(tool);
  if (known === undefined) {
    known = process.platform === 'linux' && spawnSync(tool, probe, { stdio: 'ignore' }).status === 0;
    present.set(tool, known);
  }
  return known;
}
