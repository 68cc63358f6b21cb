import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TemporaryDirectory } from './temporary-directory.ts';

/** Milliseconds between two checks of what a process has written. Ours. */
const LOOK_EVERY_MS = 1000;
/** Maximum number of files that are counted; further ones are ignored. Ours: a check must stay cheap. */
const MAX_FILES = 10_000;
const BYTES_A_MEGABYTE = 1024 * 1024;

/**
 * Notices if a function keeps more in its temporary folder than its ephemeral storage holds. Here nothing
 * stops its writes; on Lambda they fail. Developer guide, "Configure ephemeral storage for Lambda functions".
 */
export class StorageWatch {
  readonly #directory: TemporaryDirectory;
  readonly #megabytes: number;
  readonly #tell: (text: string) => void;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #told = false;

  /** `megabytes` is the function's storage. `tell` receives one line, once. */
  constructor(directory: TemporaryDirectory, megabytes: number, tell: (text: string) => void) {
    this.#directory = directory;
    this.#megabytes = megabytes;
    this.#tell = tell;
  }

  /** Checks after an invocation. `nowMs` comes from a monotonic clock. */
  async look(nowMs: number): Promise<void> {
    if (this.#told || nowMs - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = nowMs;
    const held = (await bytesIn(this.#directory.path())) / BYTES_A_MEGABYTE;
    if (held <= this.#megabytes || this.#told) return;
    this.#told = true;
    this.#tell(
      `WARN The function keeps ${Math.ceil(held)} MB in its temporary folder; its ephemeral storage has ${this.#megabytes} MB. ` +
        'On Lambda its writes fail (ENOSPC): remove files, or raise EphemeralStorage.',
    );
  }
}

/** The bytes in a folder. Files that vanish during the count are ignored. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries.slice(0, MAX_FILES)) {
    if (!entry.isFile()) continue;
    const file = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    bytes += file?.size ?? 0;
  }
  return bytes;
}
