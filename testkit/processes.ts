import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * A process as the system reports it: its parent, and the letter of its state (`Z`: ended, but not yet waited
 * for).
 */
interface Process {
  pid: number;
  parent: number;
  state: string;
}

/** Parses `/proc/PID/stat` (proc(5)): the name is in parentheses and may contain anything. */
function fromProc(pid: number): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ pid, parent: Number(parent), state }];
  } catch {
    // It ended in the meantime.
    return [];
  }
}

const hasProc = existsSync('/proc/self/stat');

/** All processes, from /proc on Linux and from ps(1) elsewhere. */
function processes(): Process[] {
  if (hasProc) {
    const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
    return pids.flatMap((pid) => fromProc(Number(pid)));
  }
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state = ''] = /^\s*(\d+)\s+(\d+)\s+(\S)/.exec(line) ?? [];
    return pid ? [{ pid: Number(pid), parent: Number(parent), state }] : [];
  });
}

/** Process ids of all children, grandchildren and so on. */
export function descendants(pid: number): number[] {
  const all = processes();
  const childrenOf = (parent: number): number[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one.pid, ...childrenOf(one.pid)]);
  return childrenOf(pid);
}

/** True while the process runs; false for one that has ended but was not yet waited for. */
export function runs(pid: number): boolean {
  const found = hasProc ? fromProc(pid) : processes().filter((one) => one.pid === pid);
  return found.some(({ state }) => !'ZX'.includes(state));
}
