/** Resource limits of running processes: setrlimit(2), by prlimit(1) of util-linux. */
import { execFileSync } from 'node:child_process';

const prlimit = (pid: number, ...options: string[]): string =>
  execFileSync('prlimit', ['--pid', String(pid), ...options], { encoding: 'utf8' }).trim();

/**
 * Limits the size of the process's files to this many bytes (RLIMIT_FSIZE), which has the effect of a full
 * disk.
 */
export function limitFileSize(pid: number, bytes: number | 'unlimited'): void {
  prlimit(pid, `--fsize=${bytes}:unlimited`);
}

/** Limits the number of the process's open files (RLIMIT_NOFILE). @returns a function that undoes this */
export function limitOpenFiles(pid: number, most: number): () => void {
  const before = prlimit(pid, '--nofile', '-o', 'SOFT', '--noheadings');
  prlimit(pid, `--nofile=${most}:`);
  return () => void prlimit(pid, `--nofile=${before}:`);
}
