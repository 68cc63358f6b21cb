import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { MEMORY_LOOK_BY_PS_MS, MEMORY_LOOK_MS } from './limits.ts';

const BYTES_PER_MEGABYTE = 1024 * 1024;
/** Bytes of a page in /proc/PID/statm. Linux has others only on some ARM machines; those read low, not high. */
const PAGE_BYTES = 4096;
const HAS_PROC = process.platform === 'linux';
/** Room for the seven numbers of /proc/PID/statm. */
const scratch = Buffer.alloc(160);

/** How often memory can sensibly be looked at on this platform, in milliseconds. */
export const memoryLookMs: number = HAS_PROC ? MEMORY_LOOK_MS : MEMORY_LOOK_BY_PS_MS;

/**
 * Looks at a process, of this program's children. On Linux through one file that stays open, /proc/PID/statm of proc(5):
 * it is that process's even when its number is another one's meanwhile, and a look is one system call.
 */
export class ProcessWatch {
  readonly #pid: number;
  #descriptor: number | undefined;
  #closed = false;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Whether the process has ended and only waits to be noticed: it has no memory any more. False where nobody can tell. */
  isDead(): boolean {
    return HAS_PROC && this.#pages()[0] === 0;
  }

  /** Tells its resident megabytes; undefined when it is gone or the platform does not tell. */
  residentMegabytes(done: (megabytes: number | undefined) => void): void {
    if (HAS_PROC) {
      const [whole, resident] = this.#pages();
      done(whole === 0 ? undefined : (resident * PAGE_BYTES) / BYTES_PER_MEGABYTE);
      return;
    }
    execFile('ps', ['-o', 'rss=', '-p', String(this.#pid)], { timeout: 2000 }, (error, stdout) => {
      const kilobytes = Number.parseInt(stdout, 10);
      done(error || !Number.isFinite(kilobytes) ? undefined : kilobytes / 1024);
    });
  }

  /** It has ended, and nobody looks any more. */
  close(): void {
    this.#closed = true;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Pages in all and resident; nothing of a process that has ended. */
  #pages(): [whole: number, resident: number] {
    if (this.#closed) return [0, 0];
    try {
      this.#descriptor ??= openSync(`/proc/${this.#pid}/statm`, 'r');
      const length = readSync(this.#descriptor, scratch, 0, scratch.length, 0);
      const [whole, resident] = scratch.toString('latin1', 0, length).split(' ');
      return [Number(whole), Number(resident)];
    } catch {
      return [0, 0];
    }
  }
}
