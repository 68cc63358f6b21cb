import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';

/** Milliseconds from a change to its check, because an editor writes a file in several steps. */
const SETTLE_MS = 50;
/**
 * Maximum number of folders watched per source; in a larger one, changes are found at the next invocation.
 * Our choice.
 */
const MAX_FOLDERS = 200;

/**
 * Reports when something in the folders of some files changes. If the system has no watches left, nothing is
 * reported and changes are found at the next check. Does not keep the process running.
 */
export class FileWatch {
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;
  /** A change was reported that has not been checked yet. */
  #stirred = false;
  /** At least one folder is not watched. */
  #blind = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /**
   * Whether all folders are watched and none reported a change since `seen`. Some file systems report nothing
   * at all.
   */
  get isQuiet(): boolean {
    return !this.#stirred && !this.#blind;
  }

  /** Marks all changes reported so far as being checked. */
  seen(): void {
    this.#stirred = false;
  }

  /** Sets the files whose folders are watched. */
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
        // The folder itself was deleted or replaced; the watcher reports nothing more about it.
        if (event === 'rename' && name === path.basename(folder)) unwatch();
        this.#changed();
      });
      watcher.on('error', () => {
        this.#blind = true;
        unwatch();
      });
      this.#watchers.set(folder, watcher);
    } catch {
      // The folder is gone, or the system has no watches left.
      this.#blind = true;
    }
  }

  #changed(): void {
    this.#stirred = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onChange, SETTLE_MS).unref();
  }
}
