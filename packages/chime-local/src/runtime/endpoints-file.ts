import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Endpoints } from './endpoints.ts';

/** Written whole or not at all, readable by its owner alone: it holds a token and a PIN. */
export class EndpointsFile {
  readonly path: string;

  constructor(file: string) {
    this.path = file;
  }

  write(endpoints: Endpoints): void {
    mkdirSync(path.dirname(this.path), { recursive: true });
    const temporary = `${this.path}.${process.pid}`;
    writeFileSync(temporary, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, this.path);
  }

  /** The process that wrote the file and still runs, if any. */
  owner(): number | undefined {
    try {
      const { pid } = JSON.parse(readFileSync(this.path, 'utf8')) as Endpoints;
      process.kill(pid, 0);
      return pid === process.pid ? undefined : pid;
    } catch {
      return undefined;
    }
  }

  /** Removes what a process that was killed has left. Only for the process that holds the file's lock. */
  discard(): void {
    rmSync(this.path, { force: true });
  }

  /** Removes the file if it is this process's own. */
  remove(): void {
    try {
      const { pid } = JSON.parse(readFileSync(this.path, 'utf8')) as Endpoints;
      if (pid === process.pid) rmSync(this.path, { force: true });
    } catch {
      // Gone already, or not ours to judge.
    }
  }
}
