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

/** Memory of a process of which each shared page counts by its part for each process that has it, KB (proc(5): Pss). */
export function proportionalKb(pid: number): number {
  const memory = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(memory)?.[1] ?? 0);
}

/** How often other processes are looked at, ms: one that ends between two looks takes what it used since the first with it. */
const LOOK_MS = 1_000;

/**
 * Measures, over a window, the cores that processes other than ours kept busy: the scheduler's own account of each process
 * (utime and stime of proc(5) add up to it). The machine's account is no measure: it counts ticks, which miss what sleeps and
 * wakes between them.
 */
export class ForeignLoad {
  readonly #startedAt = performance.now();
  readonly #pids: () => number[];
  readonly #looking: NodeJS.Timeout;
  #known = new Map<number, number>();
  #busyMs = 0;

  /** `pids`: processes that belong to the measurement; this process and what it has started always do. */
  constructor(pids: () => number[]) {
    this.#pids = pids;
    this.#known = this.#othersCpuMs();
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Cores busy with other things, 0 to the number of cores; ends the window. */
  cores(): number {
    this.#look();
    clearInterval(this.#looking);
    return this.#busyMs / (performance.now() - this.#startedAt);
  }

  #look(): void {
    const now = this.#othersCpuMs();
    for (const [pid, cpuMs] of now) this.#busyMs += Math.max(0, cpuMs - (this.#known.get(pid) ?? 0));
    this.#known = now;
  }

  #othersCpuMs(): Map<number, number> {
    const ours = new Set([process.pid, ...descendants(process.pid), ...this.#pids()]);
    const others = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && !ours.has(Number(name)));
    return new Map(others.map((name) => [Number(name), processCpuMs(Number(name))]));
  }
}

/** The value at a share (0..1) of a list, by rank. NaN for an empty list. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
