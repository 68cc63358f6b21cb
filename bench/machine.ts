import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second of the times in /proc: always 100 on Linux, see proc(5). */
const TICKS_PER_SECOND = 100;
const MS_PER_TICK = 1000 / TICKS_PER_SECOND;

/** CPU time, in ms, of a process with all its threads: user and system. 0 when the process is gone. */
export function processCpuMs(pid: number): number {
  return cpuMs(`/proc/${pid}/stat`, USER_TIME);
}

/** CPU time of a process's main thread alone, in ms. */
export function mainThreadCpuMs(pid: number): number {
  return cpuMs(`/proc/${pid}/task/${pid}/stat`, USER_TIME);
}

/** CPU time, in ms, of all descendants of a process: those that are running and those that have ended. */
export function childrenCpuMs(pid: number): number {
  const ended = cpuMs(`/proc/${pid}/stat`, CHILDREN_USER_TIME);
  return descendants(pid).reduce((sum, child) => sum + processCpuMs(child), ended);
}

/** Indexes of fields of /proc/PID/stat after the name, see proc(5); the system time follows each. */
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

/** Ids of all descendants of a process. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // The process has ended meanwhile.
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

/** Resident memory of a process in KB. */
export function residentKb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
}

/**
 * Memory of a process in KB, in which each shared page counts in proportion to the processes that share it
 * (proc(5): Pss).
 */
export function proportionalKb(pid: number): number {
  const memory = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(memory)?.[1] ?? 0);
}

/**
 * Milliseconds between two readings of other processes: one that ends in between takes its use since the last
 * reading with it.
 */
const LOOK_MS = 1_000;

/**
 * Measures, over a time window, how many cores other processes kept busy: by the scheduler's account of each
 * process (utime and stime of proc(5) add up to it). The machine-wide account is unsuitable: it counts ticks,
 * which miss processes that sleep and wake between them.
 */
export class ForeignLoad {
  readonly #startedAt = performance.now();
  readonly #pids: () => number[];
  readonly #looking: NodeJS.Timeout;
  #known = new Map<number, number>();
  #busyMs = 0;

  /** `pids`: processes that belong to the measurement; this process and its descendants always do. */
  constructor(pids: () => number[]) {
    this.#pids = pids;
    this.#known = this.#othersCpuMs();
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Number of cores busy with other things, from 0 to the number of cores; ends the window. */
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
