import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TemporaryDirectory } from './temporary-directory.ts';

/** Milliseconds between two looks at what a process has written. Ours. */
const LOOK_EVERY_MS = 1000;
/** Files that are counted; what lies beyond them is not. Ours: a look stays cheap. */
const MAX_FILES = 10_000;
const BYTES_A_MEGABYTE = 1024 * 1024;

/**
 * Notices that a function keeps more in its temporary folder than its ephemeral storage holds. Nothing stops its writes here;
 * on Lambda they fail. Developer guide, "Configure ephemeral storage for Lambda functions".
 */
export class StorageWatch {
  readonly #directory: TemporaryDirectory;
  readonly #megabytes: number;
  readonly #tell: (text: string) => void;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #told = false;

  /** `megabytes`: the storage that the function has. `tell` gets one line, once. */
  constructor(directory: TemporaryDirectory, megabytes: number, tell: (text: string) => void) {
    this.#directory = directory;
    this.#megabytes = megabytes;
    this.#tell = tell;
  }

  /** After an invocation. `nowMs`: of any steady clock. */
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

/** What vanishes meanwhile does not count. */
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
