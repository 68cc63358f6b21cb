/** Resource limits of running processes: setrlimit(2), by prlimit(1) of util-linux. */
import { execFileSync } from 'node:child_process';

const prlimit = (pid: number, ...options: string[]): string =>
  execFileSync('prlimit', ['--pid', String(pid), ...options], { encoding: 'utf8' }).trim();

/** As on a full disk, no file of the process may grow beyond so many bytes: RLIMIT_FSIZE. */
export function limitFileSize(pid: number, bytes: number | 'unlimited'): void {
  prlimit(pid, `--fsize=${bytes}:unlimited`);
}

/** The process may have no more files open: RLIMIT_NOFILE. Gives back how to undo it. */
export function limitOpenFiles(pid: number, most: number): () => void {
  const before = prlimit(pid, '--nofile', '-o', 'SOFT', '--noheadings');
  prlimit(pid, `--nofile=${most}:`);
  return () => void prlimit(pid, `--nofile=${before}:`);
}
