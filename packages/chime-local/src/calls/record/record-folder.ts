import { close, open as openFile, write as writeFile } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type CallSummary, readRecord, summaryOf } from 'pstn-audio/record';
import type { Log } from '#platform';
import type { RecordLimits } from './limits.ts';

// Promises of file handles cost three times as much as these, and `appendFile` asks the disk once more; a record is written
// with every call.
const openToAppend = promisify(openFile);
const writeTo = promisify(writeFile);
const closeFile = promisify(close);

/** Ids that may name a file: those that this runtime makes. Nothing in them leads out of the folder. */
const ID = /^[A-Za-z0-9-]{1,64}$/;
const EXTENSION = '.jsonl';
/** Bytes at the end of a record in which its last line lies. */
const TAIL_BYTES = 4096;
/** Files that stay open while their calls go on: to open one costs more than to write. The oldest is closed first. Ours. */
const MAX_OPEN_FILES = 100;
/** For the owner alone: a record tells who calls whom. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Files that are looked at at the same time. */
const AT_ONCE = 8;

interface Kept {
  bytes: number;
  /** When a run before this one wrote to it last: milliseconds since the epoch. */
  writtenAt?: number;
  /** Undefined until somebody asks. */
  summary?: CallSummary;
}

/** The records on disk: a file a call, no more of them than the limits let be. */
export class RecordFolder {
  readonly #folder: string;
  readonly #limits: Pick<RecordLimits, 'calls' | 'totalBytes'>;
  readonly #log: Log;
  /** By TransactionId, the oldest first. */
  readonly #kept = new Map<string, Kept>();
  /** File descriptors of records that go on. */
  readonly #handles = new Map<string, number>();
  /** Records that are being written to. */
  readonly #busy = new Set<string>();
  #totalBytes = 0;
  #troubled = false;

  constructor(folder: string, limits: Pick<RecordLimits, 'calls' | 'totalBytes'>, log: Log) {
    this.#folder = folder;
    this.#limits = limits;
    this.#log = log;
  }

  /** Finds out what is there. Never rejects: without a folder there are no records. */
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

  /** When a run before this one wrote to it last, milliseconds since the epoch; undefined of other records. */
  writtenAt(id: string): number | undefined {
    return this.#kept.get(id)?.writtenAt;
  }

  /** Appends to a record, which no other append is doing; `last`: nothing more will be. False when that failed: what follows would be torn. */
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

  /** Nothing more is appended to it. */
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

  /** Removes the oldest until the rest is within the limits; what is being written stays. */
  makeRoom(isLive: (id: string) => boolean): void {
    for (const [id, { bytes }] of this.#kept) {
      if (this.#kept.size <= this.#limits.calls && this.#totalBytes <= this.#limits.totalBytes) return;
      if (isLive(id)) continue;
      this.#kept.delete(id);
      this.#totalBytes -= bytes;
      rm(this.#file(id), { force: true }).catch(() => {});
    }
  }

  /** A row for each record, the newest first. */
  async summaries(): Promise<CallSummary[]> {
    await eachOf([...this.#kept], async ([id, kept]) => {
      if (kept.summary) return;
      const summary = await this.#summaryOf(id, kept.bytes).catch(() => undefined);
      if (summary) kept.summary ??= summary;
    });
    return [...this.#kept.values()].flatMap(({ summary }) => summary ?? []).reverse();
  }

  /** The record from a byte on; undefined when there is none of that id. */
  async read(id: string, from = 0): Promise<{ text: string; next: number } | undefined> {
    if (!this.#kept.has(id)) return undefined;
    const file = await open(this.#file(id)).catch(() => undefined);
    if (!file) return undefined;
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, size - from));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      // Whole lines only: the rest is still being written.
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

  /** A folder that was deleted meanwhile is made again. */
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

  /** The last line has it, where the call has ended; otherwise all of it is read. */
  async #summaryOf(id: string, bytes: number): Promise<CallSummary | undefined> {
    const tail = await this.read(id, Math.max(0, bytes - TAIL_BYTES));
    const last = tail?.text.trimEnd().split('\n').at(-1) ?? '';
    if (last.startsWith('{"kind":"End"')) return (JSON.parse(last) as { summary: CallSummary }).summary;
    const whole = await this.read(id);
    return whole && summaryOf(readRecord(whole.text).entries);
  }

  /** Once for all records, until one can be written again. */
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

/** A disk that is nearly full takes a part, and refuses the rest. */
async function writeWhole(handle: number, bytes: Buffer): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    const { bytesWritten } = await writeTo(handle, bytes, from, bytes.length - from, null);
    from += bytesWritten;
  }
}

/** In their order, as many at the same time as `atOnce`. */
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
