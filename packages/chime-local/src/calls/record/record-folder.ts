import { close, open as openFile, write as writeFile } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type CallSummary, readRecord, summaryOf } from 'pstn-audio/record';
import type { Log } from '#platform';
import type { RecordLimits } from './limits.ts';

// Promises of file handles cost three times as much as these functions, and `appendFile` makes one more
// system call. A record is written for every call.
const openToAppend = promisify(openFile);
const writeTo = promisify(writeFile);
const closeFile = promisify(close);

/** The ids that may name a file, as this runtime generates them. No such id leads out of the folder. */
const ID = /^[A-Za-z0-9-]{1,64}$/;
const EXTENSION = '.jsonl';
/** Number of bytes at the end of a record that contain its last line. */
const TAIL_BYTES = 4096;
/**
 * Maximum number of files that stay open while their calls go on, as opening costs more than writing. The
 * oldest is closed first. Ours.
 */
const MAX_OPEN_FILES = 100;
/** Access for the owner alone, because a record tells who calls whom. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Number of files that are examined concurrently. */
const AT_ONCE = 8;

interface Kept {
  bytes: number;
  /** The time of the last write by a previous run, in milliseconds since the epoch. */
  writtenAt?: number;
  /** Undefined until it is first needed. */
  summary?: CallSummary;
}

/** The records on disk: one file for each call, within the limits. */
export class RecordFolder {
  readonly #folder: string;
  readonly #limits: Pick<RecordLimits, 'calls' | 'totalBytes'>;
  readonly #log: Log;
  /** Records by TransactionId, oldest first. */
  readonly #kept = new Map<string, Kept>();
  /** File descriptors of records that are still being written. */
  readonly #handles = new Map<string, number>();
  /** Ids of the records that are being written to right now. */
  readonly #busy = new Set<string>();
  #totalBytes = 0;
  #troubled = false;

  constructor(folder: string, limits: Pick<RecordLimits, 'calls' | 'totalBytes'>, log: Log) {
    this.#folder = folder;
    this.#limits = limits;
    this.#log = log;
  }

  /** Finds the existing records. Never rejects; if the folder cannot be read, there are no records. */
  async open(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: FOLDER_MODE });
      const ids = (await readdir(this.#folder))
        .filter((name) => name.endsWith(EXTENSION))
        .map((name) => name.slice(0, -EXTENSION.length))
        .filter((id) => ID.test(id));
      const found: { id: string; bytes: number; at: number }[] = [];
      await eachOf(ids, async (id) => {
        const about = await stat(this.#file(id)).catch(() => undefined);
        if (about) found.push({ id, bytes: about.size, at: about.mtimeMs });
      });
      const newer = [...this.#kept];
      this.#kept.clear();
      for (const { id, bytes, at } of found.sort((one, other) => one.at - other.at))
        this.#keep(id, { bytes, writtenAt: at });
      for (const [id, kept] of newer) this.#kept.set(id, kept);
      this.makeRoom(() => false);
    } catch (error) {
      this.#tell(error as Error);
    }
  }

  has(id: string): boolean {
    return this.#kept.has(id);
  }

  /** The time of the last write by a previous run, in milliseconds since the epoch; undefined for other records. */
  writtenAt(id: string): number | undefined {
    return this.#kept.get(id)?.writtenAt;
  }

  /**
   * Appends to a record; appends to one record must not overlap. `last` closes the file. Returns false on
   * failure: what followed would be torn.
   */
  async append(id: string, bytes: Buffer, last = false): Promise<boolean> {
    if (!ID.test(id)) return false;
    const kept = this.#kept.get(id) ?? { bytes: 0 };
    this.#kept.set(id, kept);
    kept.bytes += bytes.length;
    this.#totalBytes += bytes.length;
    this.#busy.add(id);
    try {
      await writeWhole(await this.#handleOf(id), bytes);
      if (last) await this.release(id);
      if (this.#troubled) this.#log.info('Records of calls can be written again.');
      this.#troubled = false;
      return true;
    } catch (error) {
      this.#tell(error as Error);
      await this.release(id);
      return false;
    } finally {
      this.#busy.delete(id);
    }
  }

  /** Closes the record's file; nothing more is appended to it. */
  async release(id: string): Promise<void> {
    const handle = this.#handles.get(id);
    this.#handles.delete(id);
    if (handle !== undefined) await closeFile(handle).catch(() => {});
  }

  async close(): Promise<void> {
    for (const id of [...this.#handles.keys()]) await this.release(id);
  }

  summarise(id: string, summary: CallSummary): void {
    const kept = this.#kept.get(id);
    if (kept) kept.summary = summary;
  }

  /** Removes the oldest records until the rest is within the limits. Records of live calls stay. */
  makeRoom(isLive: (id: string) => boolean): void {
    for (const [id, { bytes }] of this.#kept) {
      if (this.#kept.size <= this.#limits.calls && this.#totalBytes <= this.#limits.totalBytes) return;
      if (isLive(id)) continue;
      this.#kept.delete(id);
      this.#totalBytes -= bytes;
      rm(this.#file(id), { force: true }).catch(() => {});
    }
  }

  /** One row for each record, newest first. */
  async summaries(): Promise<CallSummary[]> {
    await eachOf([...this.#kept], async ([id, kept]) => {
      if (kept.summary) return;
      const summary = await this.#summaryOf(id, kept.bytes).catch(() => undefined);
      if (summary) kept.summary ??= summary;
    });
    return [...this.#kept.values()].flatMap(({ summary }) => summary ?? []).reverse();
  }

  /** The record from a given byte on; undefined if no record has that id. */
  async read(id: string, from = 0): Promise<{ text: string; next: number } | undefined> {
    if (!this.#kept.has(id)) return undefined;
    const file = await open(this.#file(id)).catch(() => undefined);
    if (!file) return undefined;
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, size - from));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      // Only whole lines are returned, as the rest is still being written.
      const end = bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
      return { text: bytes.toString('utf8', 0, end), next: from + end };
    } finally {
      await file.close();
    }
  }

  async #handleOf(id: string): Promise<number> {
    const known = this.#handles.get(id);
    if (known !== undefined) return known;
    if (this.#handles.size >= MAX_OPEN_FILES) {
      const oldest = [...this.#handles.keys()].find((other) => !this.#busy.has(other));
      if (oldest !== undefined) await this.release(oldest);
    }
    const handle = await this.#open(id);
    this.#handles.set(id, handle);
    return handle;
  }

  /** Opens a record for appending. A folder that was deleted meanwhile is created again. */
  async #open(id: string): Promise<number> {
    try {
      return await openToAppend(this.#file(id), 'a', FILE_MODE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(this.#folder, { recursive: true, mode: FOLDER_MODE });
      return openToAppend(this.#file(id), 'a', FILE_MODE);
    }
  }

  #file(id: string): string {
    return path.join(this.#folder, `${id}${EXTENSION}`);
  }

  #keep(id: string, kept: Kept): void {
    this.#kept.set(id, kept);
    this.#totalBytes += kept.bytes;
  }

  /** The summary is in the last line if the call has ended; otherwise the whole record is read. */
  async #summaryOf(id: string, bytes: number): Promise<CallSummary | undefined> {
    const tail = await this.read(id, Math.max(0, bytes - TAIL_BYTES));
    const last = tail?.text.trimEnd().split('\n').at(-1) ?? '';
    if (last.startsWith('{"kind":"End"')) return (JSON.parse(last) as { summary: CallSummary }).summary;
    const whole = await this.read(id);
    return whole && summaryOf(readRecord(whole.text).entries);
  }

  /** Logs the first failure for all records; the next one is logged only after a successful write. */
  #tell(error: Error): void {
    if (this.#troubled) return;
    this.#troubled = true;
    this.#log.warn(`Calls are not recorded: ${error.message}. They go on; ${cureOf(error, this.#folder)}.`);
  }
}

const cureOf = ({ code }: NodeJS.ErrnoException, folder: string): string =>
  code === 'EMFILE' || code === 'ENFILE'
    ? 'raise the limit of open files (ulimit -n)'
    : `free some space in ${folder}, or see to its disk`;

/** Writes all bytes: a disk that is nearly full accepts a part and refuses the rest. */
async function writeWhole(handle: number, bytes: Buffer): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    const { bytesWritten } = await writeTo(handle, bytes, from, bytes.length - from, null);
    from += bytesWritten;
  }
}

/** Processes the items in order, at most `atOnce` concurrently. */
export async function eachOf<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  atOnce = AT_ONCE,
): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
