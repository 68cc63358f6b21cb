import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Milliseconds that a line may wait before it is written, so that the lines of one invocation are written
 * together.
 */
const WRITE_AFTER_MS = 10;
/** Maximum bytes of a log file, after which another one is begun; one full file is kept. Ours. */
export const MAX_LOG_BYTES = 20 * 1024 * 1024;
/**
 * Maximum number of characters waiting to be written; further lines are dropped, and their number is logged.
 * Ours.
 */
const MAX_PENDING_CHARACTERS = 4 * 1024 * 1024;

/** The log on disk: at most two files of limited size, however long the runtime runs and whatever callers do. */
export class LogFile {
  readonly path: string;
  readonly #maxBytes: number;
  #bytes: number;
  /** Lines waiting to be written. */
  #pending = '';
  #dropped = 0;

  constructor(file: string, maxBytes = MAX_LOG_BYTES) {
    this.path = file;
    this.#maxBytes = maxBytes;
    mkdirSync(path.dirname(file), { recursive: true });
    this.#bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /**
   * Queues a line. Lines that come close together are written together, and not while a caller waits for a
   * change.
   */
  append(line: string): void {
    if (this.#pending.length > MAX_PENDING_CHARACTERS) {
      this.#dropped += 1;
      return;
    }
    if (!this.#pending) setTimeout(() => this.flush(), WRITE_AFTER_MS).unref();
    this.#pending += line;
  }

  /** Writes the queued lines. A full disk loses lines of the file only: the terminal shows them. */
  flush(): void {
    const lines = `${this.#pending}${this.#dropped > 0 ? `… ${this.#dropped} lines were dropped\n` : ''}`;
    this.#pending = '';
    this.#dropped = 0;
    if (!lines) return;
    try {
      if (this.#bytes > 0 && this.#bytes + lines.length > this.#maxBytes) {
        renameSync(this.path, `${this.path}.1`);
        this.#bytes = 0;
      }
      appendFileSync(this.path, lines);
      this.#bytes += Buffer.byteLength(lines);
    } catch {
      // The data folder has gone (an ephemeral one at exit), or the disk is full.
    }
  }
}
