import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Ids } from '#platform';
import type { ChecksumAlgorithm } from './checksums.ts';
import { noSuchKey } from './errors.ts';
import { checkKey } from './names.ts';
import { SortedKeys } from './sorted-keys.ts';

/** The description of an object, stored as JSON in a side-car file next to its data. */
export interface ObjectRecord {
  key: string;
  /** The name of the file in the bucket's `data` folder. */
  data: string;
  size: number;
  /** The ETag without quotes. */
  etag: string;
  /** Milliseconds since the epoch. */
  lastModified: number;
  /** Headers that are returned as they were given: `content-type`, `cache-control`, … */
  headers: Record<string, string>;
  /** User metadata without the `x-amz-meta-` prefix. */
  metadata: Record<string, string>;
  checksum?: { algorithm: ChecksumAlgorithm; value: string; type: 'FULL_OBJECT' | 'COMPOSITE' };
}

/** A new object whose bytes are already in the data folder. */
export type NewObject = Omit<ObjectRecord, 'lastModified'>;

/** A multipart upload in progress, stored as JSON in a file. */
export interface UploadRecord {
  key: string;
  initiated: number;
  headers: Record<string, string>;
  metadata: Record<string, string>;
  algorithm?: ChecksumAlgorithm;
  checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  parts: Record<string, PartRecord>;
}

/** A part of an upload: its data file, its MD5 in hexadecimal, its checksum in Base64. */
export interface PartRecord {
  data: string;
  size: number;
  md5: string;
  lastModified: number;
  checksum?: string;
}

interface BucketRecord {
  name: string;
  created: number;
  policy?: string;
}

/** A change of an object, in the terms of event notifications. */
export interface BucketChange {
  event: 'ObjectCreated:Put' | 'ObjectRemoved:Delete';
  key: string;
  size?: number;
  /** The ETag without quotes. */
  etag?: string;
}

/** One bucket. Its objects' records are in memory, everything else is in files. */
export class Bucket {
  readonly folder: string;
  /** Called with each change of an object. */
  onChange: ((change: BucketChange) => void) | undefined;
  readonly #record: BucketRecord;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #objects = new Map<string, ObjectRecord>();
  readonly #uploads = new Map<string, UploadRecord>();
  readonly #sortedKeys = new SortedKeys();
  /** Serialises the changes. */
  #changes: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, record: BucketRecord, clock: Clock, ids: Ids) {
    this.folder = folder;
    this.#record = record;
    this.#clock = clock;
    this.#ids = ids;
  }

  static async create(folder: string, name: string, clock: Clock, ids: Ids): Promise<Bucket> {
    await mkdir(join(folder, 'objects'), { recursive: true });
    await mkdir(join(folder, 'data'), { recursive: true });
    await mkdir(join(folder, 'uploads'), { recursive: true });
    const bucket = new Bucket(folder, { name, created: clock.now() }, clock, ids);
    await bucket.#writeRecord();
    return bucket;
  }

  /**
   * Loads a bucket. Undefined if the folder is not a bucket (its creation was interrupted, or it has another
   * purpose).
   */
  static async load(folder: string, clock: Clock, ids: Ids): Promise<Bucket | undefined> {
    const text = await readFile(join(folder, 'bucket.json'), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const bucket = new Bucket(folder, JSON.parse(text) as BucketRecord, clock, ids);
    await bucket.#loadObjects();
    return bucket;
  }

  get name(): string {
    return this.#record.name;
  }

  /** Milliseconds since the epoch. */
  get created(): number {
    return this.#record.created;
  }

  get policy(): string | undefined {
    return this.#record.policy;
  }

  setPolicy(policy: string | undefined): Promise<void> {
    return this.#change(async () => {
      if (policy === undefined) delete this.#record.policy;
      else this.#record.policy = policy;
      await this.#writeRecord();
    });
  }

  /** All keys in S3's order. The list must not be modified. */
  keys(): readonly string[] {
    return this.#sortedKeys.all(() => this.#objects.keys());
  }

  find(key: string): ObjectRecord | undefined {
    return this.#objects.get(key);
  }

  /** @throws {S3Error} `NoSuchKey`. */
  get(key: string): ObjectRecord {
    const record = this.#objects.get(key);
    if (!record) throw noSuchKey(key);
    return record;
  }

  /**
   * Opens an object. Its bytes remain readable even if the object is replaced meanwhile. The caller closes
   * the file.
   */
  async openObject(key: string): Promise<{ record: ObjectRecord; file: FileHandle }> {
    for (;;) {
      const record = this.get(key);
      try {
        return { record, file: await open(this.#dataPath(record.data), 'r') };
      } catch (error) {
        // The object was replaced between the look-up and opening the file; otherwise its file is really
        // missing.
        if (this.#objects.get(key) === record) throw error;
      }
    }
  }

  /** Creates a data file to write to. */
  async createData(): Promise<{ name: string; file: FileHandle }> {
    const name = this.#ids.hex(16);
    return { name, file: await open(this.#dataPath(name), 'wx') };
  }

  async discardData(name: string): Promise<void> {
    await unlink(this.#dataPath(name)).catch(() => {});
  }

  /**
   * Makes the object visible, replacing an existing one. `check` gets the current object and may throw; then
   * nothing changes.
   */
  commit(
    object: NewObject,
    check: (current: ObjectRecord | undefined) => void = () => {},
  ): Promise<ObjectRecord> {
    return this.#change(async () => {
      checkKey(object.key);
      const current = this.#objects.get(object.key);
      check(current);
      const record: ObjectRecord = { ...object, lastModified: this.#clock.now() };
      await replaceFile(this.#sideCarPath(object.key), JSON.stringify(record), this.#ids);
      this.#objects.set(object.key, record);
      if (current) await this.discardData(current.data);
      else this.#sortedKeys.add(object.key);
      const { key, size, etag } = record;
      this.onChange?.({ event: 'ObjectCreated:Put', key, size, etag });
      return record;
    });
  }

  /** Removes an object. It is not an error if the object does not exist. */
  remove(key: string): Promise<void> {
    return this.#change(async () => {
      const record = this.#objects.get(key);
      if (!record) return;
      await unlink(this.#sideCarPath(key));
      this.#objects.delete(key);
      this.#sortedKeys.remove(key);
      await this.discardData(record.data);
      this.onChange?.({ event: 'ObjectRemoved:Delete', key });
    });
  }

  /** The uploads in progress by upload id, in order of initiation. */
  get uploads(): ReadonlyMap<string, UploadRecord> {
    return this.#uploads;
  }

  /**
   * Stores the upload that `change` returns; undefined ends the upload. The data files in `discard` are
   * deleted.
   */
  changeUpload(
    id: string,
    change: (current: UploadRecord | undefined) => { upload: UploadRecord | undefined; discard?: string[] },
  ): Promise<void> {
    return this.#change(async () => {
      const { upload, discard = [] } = change(this.#uploads.get(id));
      const path = join(this.folder, 'uploads', `${id}.json`);
      if (upload) {
        await replaceFile(path, JSON.stringify(upload), this.#ids);
        this.#uploads.set(id, upload);
      } else {
        await unlink(path);
        this.#uploads.delete(id);
      }
      for (const name of discard) await this.discardData(name);
    });
  }

  /** Opens a data file to read. */
  openData(name: string): Promise<FileHandle> {
    return open(this.#dataPath(name), 'r');
  }

  #change<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(change);
    this.#changes = result.catch(() => {});
    return result;
  }

  async #loadObjects(): Promise<void> {
    for (const { value } of await readRecords<ObjectRecord>(join(this.folder, 'objects'))) {
      this.#objects.set(value.key, value);
    }
    const uploads = await readRecords<UploadRecord>(join(this.folder, 'uploads'));
    for (const { name, value } of uploads.sort((a, b) => a.value.initiated - b.value.initiated)) {
      this.#uploads.set(name, value);
    }
    const named = new Set([...this.#objects.values()].map((record) => record.data));
    for (const upload of this.#uploads.values()) {
      for (const part of Object.values(upload.parts)) named.add(part.data);
    }
    await mkdir(join(this.folder, 'data'), { recursive: true });
    for (const name of await readdir(join(this.folder, 'data'))) {
      if (!named.has(name)) await this.discardData(name);
    }
  }

  async #writeRecord(): Promise<void> {
    await replaceFile(join(this.folder, 'bucket.json'), JSON.stringify(this.#record), this.#ids);
  }

  #dataPath(name: string): string {
    return join(this.folder, 'data', name);
  }

  #sideCarPath(key: string): string {
    return join(this.folder, 'objects', `${createHash('sha256').update(key).digest('hex')}.json`);
  }
}

/** Writes a temporary file and renames it, so that readers see either the old or the new text. */
async function replaceFile(path: string, text: string, ids: Ids): Promise<void> {
  const temporary = `${path}.${ids.hex(8)}`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

/** Reads the records of a folder by name, and deletes what a killed process had not finished writing. */
async function readRecords<T>(folder: string): Promise<{ name: string; value: T }[]> {
  await mkdir(folder, { recursive: true });
  const records: { name: string; value: T }[] = [];
  for (const file of await readdir(folder)) {
    const path = join(folder, file);
    if (!file.endsWith('.json')) await unlink(path);
    else records.push({ name: file.slice(0, -'.json'.length), value: await readRecord<T>(path) });
  }
  return records;
}

async function readRecord<T>(path: string): Promise<T> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    throw new Error(`${path} is damaged: put it back from a copy, or remove it and put its object again.`);
  }
}
