import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';

/** Milliseconds from a change to the look at it: an editor writes a file in several steps. */
const SETTLE_MS = 50;
/** Folders that are watched for one source; of a larger one, changes are found at the next invocation. Ours. */
const MAX_FOLDERS = 200;

/**
 * Tells when something in the folders of some files changes. Where the system has no watches left it tells nothing, and
 * changes are found when somebody looks. Holds no process open.
 */
export class FileWatch {
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;
  /** Something was told that nobody has looked at yet. */
  #stirred = false;
  /** A folder is not watched. */
  #blind = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Whether all folders are watched, and nothing was told of them since `seen`. Some file systems tell nothing at all. */
  get isQuiet(): boolean {
    return !this.#stirred && !this.#blind;
  }

  /** What was told until now is being looked at. */
  seen(): void {
    this.#stirred = false;
  }

  /** From now on these files are the ones to watch. */
  follow(files: readonly string[]): void {
    this.#blind = false;
    const folders = new Set(files.map((file) => path.dirname(file)));
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.size >= MAX_FOLDERS) {
        this.#blind = true;
        return;
      }
      if (!this.#watchers.has(folder)) this.#add(folder);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #add(folder: string): void {
    try {
      const unwatch = () => {
        this.#watchers.delete(folder);
        watcher.close();
      };
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        // The folder itself is gone, or is another one by now: nothing more is told of it.
        if (event === 'rename' && name === path.basename(folder)) unwatch();
        this.#changed();
      });
      watcher.on('error', () => {
        this.#blind = true;
        unwatch();
      });
      this.#watchers.set(folder, watcher);
    } catch {
      // Gone, or the system's watches are used up.
      this.#blind = true;
    }
  }

  #changed(): void {
    this.#stirred = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onChange, SETTLE_MS).unref();
  }
}
