import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { MEMORY_LOOK_BY_PS_MS, MEMORY_LOOK_MS } from './limits.ts';

const BYTES_PER_MEGABYTE = 1024 * 1024;
/** Bytes of a page in /proc/PID/statm. Linux has others only on some ARM machines; those read low, not high. */
const PAGE_BYTES = 4096;
const HAS_PROC = process.platform === 'linux';

/** How often memory can sensibly be looked at on this platform, in milliseconds. */
export const memoryLookMs: number = HAS_PROC ? MEMORY_LOOK_MS : MEMORY_LOOK_BY_PS_MS;

/** Resident megabytes of a process; undefined when it is gone or the platform does not tell. */
export function residentMegabytes(pid: number, done: (megabytes: number | undefined) => void): void {
  if (HAS_PROC) {
    done(residentByProc(pid));
    return;
  }
  execFile('ps', ['-o', 'rss=', '-p', String(pid)], { timeout: 2000 }, (error, stdout) => {
    const kilobytes = Number.parseInt(stdout, 10);
    done(error || !Number.isFinite(kilobytes) ? undefined : kilobytes / 1024);
  });
}

function residentByProc(pid: number): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    return Number.isFinite(pages) ? (pages * PAGE_BYTES) / BYTES_PER_MEGABYTE : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process has ended and only waits to be noticed: proc(5), /proc/PID/stat. False where nobody can tell. */
export function isDead(pid: number): boolean {
  if (!HAS_PROC) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return true;
  }
}
