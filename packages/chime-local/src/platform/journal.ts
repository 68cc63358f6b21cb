/**
 * A small persistent store: named collections of JSON values, kept in memory and in one append-only file.
 *
 * A change is on disk (in the system's page cache) when `set`, `delete` or `atomically` returns, so it
 * survives a `kill -9` of this process. Each line of the file is one change or a list of changes that belong
 * together; a last line torn by a crash is dropped at the next start. At start, and whenever most of the file
 * is history, it is rewritten with the current values.
 *
 * With a `JournalWatch`, a file that cannot be written stops nothing: changes are kept in memory, and the
 * whole file is written as soon as that is possible again.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from './user-error.ts';

/** A collection of values that survive JSON. Treat returned values as read-only: to change one, `set` a new one. */
export interface Collection<V> {
  get(key: string): V | undefined;
  has(key: string): boolean;
  /** The values in the order of first insertion. */
  values(): V[];
  keys(): string[];
  readonly size: number;
  set(key: string, value: V): void;
  delete(key: string): void;
}

export interface Journal {
  /** The collection with that name; all callers share it. */
  collection<V>(name: string): Collection<V>;
  /** Writes the changes made inside `change` as one line: after a crash, all or none of them are there. */
  atomically<T>(change: () => T): T;
  close(): void;
}

/** Is told when the file cannot be written, and when it can again. */
export interface JournalWatch {
  /** Called once, not for each change. */
  onTrouble(error: JournalError, path: string): void;
  onRecovery(path: string): void;
}

/** The file cannot be read or written; the message names it and gives advice. */
export class JournalError extends UserError {
  override name = 'JournalError';
}

/** First line of every journal. */
const HEADER = '{"journal":1}';
/** Number of lines below which a running journal is never rewritten. */
export const MIN_LINES_TO_COMPACT = 2000;
/** A running journal is rewritten when it has more than this many lines for each current value. */
export const MAX_LINES_PER_VALUE = 8;

/** Milliseconds between two attempts to write a file that could not be written. Ours. */
const RETRY_MS = 5_000;

/** `[collection, key, value]`; without a value, the key is deleted. */
type Change = [collection: string, key: string, value?: unknown];

/**
 * Opens or creates a journal. With `undefined`, everything is kept only in memory. Throws `JournalError`;
 * later changes throw only without a watch.
 */
export function openJournal(path: string | undefined, watch?: JournalWatch): Journal {
  return new FileJournal(path, watch);
}

class FileJournal implements Journal {
  readonly #path: string | undefined;
  readonly #watch: JournalWatch | undefined;
  readonly #data = new Map<string, Map<string, unknown>>();
  #fd: number | undefined;
  #bytes = 0;
  #lines = 0;
  #compactionDue = false;
  /** Set while changes in memory are missing in the file. */
  #retry: NodeJS.Timeout | undefined;
  /** The changes of the `atomically` call in progress, and the functions that undo them. */
  #pending: { changes: Change[]; undo: (() => void)[] } | undefined;

  constructor(path: string | undefined, watch: JournalWatch | undefined) {
    this.#path = path;
    this.#watch = watch;
    if (path === undefined) return;
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) this.#load(path, readFileSync(path, 'utf8'));
    this.#rewrite(path);
  }

  collection<V>(name: string): Collection<V> {
    const map = this.#map(name);
    return {
      get: (key) => map.get(key) as V | undefined,
      has: (key) => map.has(key),
      values: () => [...map.values()] as V[],
      keys: () => [...map.keys()],
      get size() {
        return map.size;
      },
      set: (key, value) => this.#change([name, key, value]),
      delete: (key) => {
        if (map.has(key)) this.#change([name, key]);
      },
    };
  }

  atomically<T>(change: () => T): T {
    if (this.#pending) return change();
    const pending = { changes: [] as Change[], undo: [] as (() => void)[] };
    this.#pending = pending;
    try {
      const result = change();
      if (pending.changes.length > 0) this.#append(pending.changes);
      return result;
    } catch (error) {
      for (const undo of pending.undo.reverse()) undo();
      throw error;
    } finally {
      this.#pending = undefined;
    }
  }

  close(): void {
    if (this.#retry) this.#catchUp();
    clearTimeout(this.#retry);
    if (this.#fd !== undefined) closeQuietly(this.#fd);
    this.#fd = undefined;
  }

  #map(name: string): Map<string, unknown> {
    let map = this.#data.get(name);
    if (!map) {
      map = new Map();
      this.#data.set(name, map);
    }
    return map;
  }

  #change(change: Change): void {
    if (this.#pending) {
      this.#pending.undo.push(this.#undoOf(change));
      this.#pending.changes.push(change);
      this.#apply(change);
      return;
    }
    this.#append([change]);
    this.#apply(change);
  }

  #apply([name, key, value]: Change): void {
    if (value === undefined) this.#map(name).delete(key);
    else this.#map(name).set(key, value);
  }

  #undoOf([name, key]: Change): () => void {
    const map = this.#map(name);
    const before = map.get(key);
    return () => {
      if (before === undefined) map.delete(key);
      else map.set(key, before);
    };
  }

  #append(changes: Change[]): void {
    if (this.#path === undefined) return;
    if (this.#fd === undefined) throw new JournalError(`${this.#path} is closed`);
    if (this.#retry) return;
    const line = Buffer.from(`${JSON.stringify(changes)}\n`);
    try {
      let written = 0;
      while (written < line.length) written += writeSync(this.#fd, line, written);
    } catch (error) {
      this.#cutTornLine();
      this.#fail(
        new JournalError(`${this.#path} cannot be written (${(error as Error).message}). Is the disk full?`),
      );
      return;
    }
    this.#bytes += line.length;
    this.#lines += 1;
    if (this.#lines > MIN_LINES_TO_COMPACT && !this.#pending) this.#compactIfMostlyHistory(this.#path);
  }

  /** Removes an incomplete line, so that the next one does not continue it. */
  #cutTornLine(): void {
    try {
      if (this.#fd !== undefined) ftruncateSync(this.#fd, this.#bytes);
    } catch {
      // In that case the whole file is rewritten before anything follows, or the next start drops the torn line.
    }
  }

  /** Throws, or informs the watch and tries again later. */
  #fail(error: JournalError): void {
    if (!this.#watch) throw error;
    if (!this.#retry) this.#watch.onTrouble(error, this.#path ?? '');
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#catchUp(), RETRY_MS).unref();
  }

  /** Writes the whole file, including the changes that it missed. */
  #catchUp(): void {
    if (this.#path === undefined || this.#fd === undefined) return;
    try {
      this.#rewrite(this.#path);
    } catch (error) {
      this.#fail(error as JournalError);
      return;
    }
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#watch?.onRecovery(this.#path);
  }

  #compactIfMostlyHistory(path: string): void {
    let living = 0;
    for (const map of this.#data.values()) living += map.size;
    if (this.#compactionDue || this.#lines <= living * MAX_LINES_PER_VALUE) return;
    // The newest change is not in memory yet, so the file is rewritten later.
    this.#compactionDue = true;
    setImmediate(() => {
      this.#compactionDue = false;
      if (this.#fd === undefined || this.#retry) return;
      try {
        this.#rewrite(path);
      } catch (error) {
        // The longer file is still valid; another attempt will shorten it.
        this.#watch?.onTrouble(error as JournalError, path);
      }
    });
  }

  #load(path: string, text: string): void {
    const lines = text.split('\n');
    // A complete line ends with a newline, so what follows the last one is torn (or empty).
    lines.pop();
    for (const [index, line] of lines.entries()) {
      if (index === 0) {
        if (line !== HEADER) throw new JournalError(`${path} is not a journal of this program; move it away`);
        continue;
      }
      for (const change of parseLine(path, index + 1, line)) this.#apply(change);
    }
  }

  /** Writes the current values to a new file and replaces the old one with it. */
  #rewrite(path: string): void {
    const lines = [HEADER];
    for (const [name, map] of this.#data) {
      for (const [key, value] of map) lines.push(JSON.stringify([[name, key, value]]));
    }
    const text = `${lines.join('\n')}\n`;
    const fresh = `${path}.new`;
    let fd: number | undefined;
    try {
      rmSync(fresh, { force: true });
      writeFileSync(fresh, text, { mode: 0o600 });
      fd = openSync(fresh, 'a');
      fsyncSync(fd);
      renameSync(fresh, path);
      if (this.#fd !== undefined) closeQuietly(this.#fd);
      this.#fd = fd;
    } catch (error) {
      if (fd !== undefined) closeQuietly(fd);
      throw new JournalError(`${path} cannot be written (${(error as Error).message}); check its folder`);
    }
    this.#bytes = Buffer.byteLength(text);
    this.#lines = lines.length;
  }
}

/** A failing disk may fail here, too; any loss was reported when the data was written. */
function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Whether closed or not, it is not used again.
  }
}

function parseLine(path: string, number: number, line: string): Change[] {
  try {
    const changes: unknown = JSON.parse(line);
    if (!Array.isArray(changes) || !changes.every(isChange)) throw new Error('not a list of changes');
    return changes;
  } catch (error) {
    throw new JournalError(
      `${path} is damaged in line ${number} (${(error as Error).message}). ` +
        'Repair or remove that line, or move the file away to start afresh',
    );
  }
}

function isChange(value: unknown): value is Change {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';
}
