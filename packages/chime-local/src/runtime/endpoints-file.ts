import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '#platform';
import type { Endpoints } from './endpoints.ts';

/** The endpoints file, written atomically and readable only by its owner: it holds a token and a PIN. */
export class EndpointsFile {
  readonly path: string;

  constructor(file: string) {
    this.path = file;
  }

  /** Checks that the file can be written, without leaving one. @throws UserError */
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

  /** The id of the process that wrote the file, if it is still running. */
  owner(): number | undefined {
    try {
      const { pid } = JSON.parse(readFileSync(this.path, 'utf8')) as Endpoints;
      process.kill(pid, 0);
      return pid === process.pid ? undefined : pid;
    } catch {
      return undefined;
    }
  }

  /** Removes the file that a killed process has left. Only for the process that holds the file's lock. */
  discard(): void {
    rmSync(this.path, { force: true });
  }

  get #temporary(): string {
    return `${this.path}.${process.pid}`;
  }

  /** Removes the file if this process wrote it. */
  remove(): void {
    try {
      const { pid } = JSON.parse(readFileSync(this.path, 'utf8')) as Endpoints;
      if (pid === process.pid) rmSync(this.path, { force: true });
    } catch {
      // The file is gone already, or was not written by this process.
    }
  }
}
