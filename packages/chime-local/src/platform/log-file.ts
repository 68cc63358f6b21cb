import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

/** Milliseconds that a line may wait before it is in the file: the lines of one invocation go together. */
const WRITE_AFTER_MS = 10;
/** Bytes of a log file, after which another is begun; one that is full is kept. Ours. */
export const MAX_LOG_BYTES = 20 * 1024 * 1024;
/** Bytes that wait to be written; what is more is dropped, and said. Ours. */
const MAX_PENDING_CHARACTERS = 4 * 1024 * 1024;

/** The log on disk: at most two files of a bounded size, however long the runtime runs and whoever calls it. */
export class LogFile {
  readonly path: string;
  readonly #maxBytes: number;
  #bytes: number;
  /** Lines on their way to the file. */
  #pending = '';
  #dropped = 0;

  constructor(file: string, maxBytes = MAX_LOG_BYTES) {
    this.path = file;
    this.#maxBytes = maxBytes;
    mkdirSync(path.dirname(file), { recursive: true });
    this.#bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Lines that come close together are written together, and not while a caller waits for a change. */
  append(line: string): void {
    if (this.#pending.length > MAX_PENDING_CHARACTERS) {
      this.#dropped += 1;
      return;
    }
    if (!this.#pending) setTimeout(() => this.flush(), WRITE_AFTER_MS).unref();
    this.#pending += line;
  }

  /** Writes what waits. A disk that is full costs lines, nothing else: the terminal has them. */
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
      // The data folder went away (an ephemeral one at exit), or takes nothing now.
    }
  }
}
