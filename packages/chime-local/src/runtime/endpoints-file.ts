import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '#platform';
import type { Endpoints } from './endpoints.ts';

/** Written whole or not at all, readable by its owner alone: it holds a token and a PIN. */
export class EndpointsFile {
  readonly path: string;

  constructor(file: string) {
    this.path = file;
  }

  /** Tries whether the file can be written, without leaving one. @throws UserError */
  prepare(): void {
    const temporary = this.#temporary;
    try {
      mkdirSync(path.dirname(this.path), { recursive: true });
      writeFileSync(temporary, '', { mode: 0o600 });
      rmSync(temporary);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UserError(
        `The endpoints file ${this.path} cannot be written (${code}); choose another with --endpoints FILE.`,
      );
    }
  }

  write(endpoints: Endpoints): void {
    const temporary = this.#temporary;
    mkdirSync(path.dirname(this.path), { recursive: true });
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

  get #temporary(): string {
    return `${this.path}.${process.pid}`;
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
