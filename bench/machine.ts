import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second of /proc's times: always 100 on Linux, see proc(5). */
const TICKS_PER_SECOND = 100;
const MS_PER_TICK = 1000 / TICKS_PER_SECOND;

/** CPU time of a process with all its threads, ms: user and system. 0 when it is gone. */
export function processCpuMs(pid: number): number {
  return cpuMs(`/proc/${pid}/stat`, USER_TIME);
}

/** CPU time of a process's main thread alone, ms. */
export function mainThreadCpuMs(pid: number): number {
  return cpuMs(`/proc/${pid}/task/${pid}/stat`, USER_TIME);
}

/** CPU time of all processes below a process, ms: those that run, and those that have ended. */
export function childrenCpuMs(pid: number): number {
  const ended = cpuMs(`/proc/${pid}/stat`, CHILDREN_USER_TIME);
  return descendants(pid).reduce((sum, child) => sum + processCpuMs(child), ended);
}

/** Fields of /proc/PID/stat behind the name, see proc(5); the system time stands next to each. */
const USER_TIME = 11;
const CHILDREN_USER_TIME = 13;

function cpuMs(file: string, field: number): number {
  try {
    const stat = readFileSync(file, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[field]) + Number(fields[field + 1])) * MS_PER_TICK;
  } catch {
    return 0;
  }
}

/** Processes below a process, itself not included. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // Ended meanwhile.
    }
  }
  const found: number[] = [];
  const visit = (parent: number): void => {
    for (const [child, of] of parents) {
      if (of !== parent) continue;
      found.push(child);
      visit(child);
    }
  };
  visit(pid);
  return found;
}

/** Resident memory of a process, KB. */
export function residentKb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
}

interface CpuSample {
  busyMs: number;
  at: number;
}

function machineSample(): CpuSample {
  const fields =
    readFileSync('/proc/stat', 'utf8').split('\n')[0]?.trim().split(/\s+/).slice(1).map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return { busyMs: (user + nice + system + irq + softirq + steal) * MS_PER_TICK, at: performance.now() };
}

/** Measures, over a window, the cores that processes other than ours kept busy. */
export class ForeignLoad {
  readonly #start = machineSample();
  readonly #pids: () => number[];
  readonly #startOwn: number;

  /** `pids`: the processes that belong to the measurement; this process is always one. */
  constructor(pids: () => number[]) {
    this.#pids = pids;
    this.#startOwn = this.#own();
  }

  /** Cores busy with other things, 0 to the number of cores. */
  cores(): number {
    const now = machineSample();
    const busy = now.busyMs - this.#start.busyMs - (this.#own() - this.#startOwn);
    return Math.max(0, busy / (now.at - this.#start.at));
  }

  #own(): number {
    return [process.pid, ...this.#pids()].reduce((sum, pid) => sum + processCpuMs(pid), 0);
  }
}

/** The value at a share (0..1) of a list, by rank. NaN for an empty list. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
