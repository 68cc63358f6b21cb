import path from 'node:path';
import type { JournalWatch, Log } from '#platform';

/**
 * Reports once for all files that files cannot be written, and when they can be again. Calls go on meanwhile:
 * changes are kept in memory and written as soon as possible.
 */
export class DiskTrouble implements JournalWatch {
  readonly #log: Log;
  readonly #broken = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  onTrouble(error: Error, file: string): void {
    const first = this.#broken.size === 0;
    this.#broken.add(file);
    const say = first ? 'warn' : 'debug';
    this.#log[say](
      `${error.message} Calls go on, and writing is tried again every few seconds; until then a crash would lose what changes. Free some space in ${path.dirname(file)}, or see to its disk.`,
    );
  }

  onRecovery(file: string): void {
    this.#broken.delete(file);
    if (this.#broken.size === 0) this.#log.info('The data folder can be written again: nothing was lost.');
  }
}
