import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { MEMORY_LOOK_BY_PS_MS, MEMORY_LOOK_MS } from './limits.ts';

const BYTES_PER_MEGABYTE = 1024 * 1024;
/**
 * Bytes of a page in /proc/PID/statm. On Linux, only some ARM machines have larger pages; their figures are
 * too low.
 */
const PAGE_BYTES = 4096;
const HAS_PROC = process.platform === 'linux';
/** Buffer for the seven numbers of /proc/PID/statm. */
const scratch = Buffer.alloc(160);

/** The interval in milliseconds at which memory can sensibly be checked on this platform. */
export const memoryLookMs: number = HAS_PROC ? MEMORY_LOOK_MS : MEMORY_LOOK_BY_PS_MS;

/**
 * Watches one child process of this program. On Linux it reads /proc/PID/statm (proc(5)) through a descriptor
 * that stays open: the descriptor belongs to that process even if its number is reused, and a check is one
 * system call.
 */
export class ProcessWatch {
  readonly #pid: number;
  #descriptor: number | undefined;
  #closed = false;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /**
   * Whether the process has ended and only remains to be reaped: it has no memory any more. False if that
   * cannot be determined.
   */
  isDead(): boolean {
    return HAS_PROC && this.#pages()[0] === 0;
  }

  /** Reports the resident megabytes; undefined if the process has ended or the platform does not tell. */
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

  /** Ends the watching of a process that has ended. */
  close(): void {
    this.#closed = true;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Pages in total and resident; zero for a process that has ended. */
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
