import { mkdir, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Ids } from '#platform';
import { Bucket, type BucketChange } from './bucket.ts';
import { noSuchBucket, S3Error } from './errors.ts';
import { checkBucketName, compareKeys } from './names.ts';

/**
 * Buckets in a folder.
 *
 * ```text
 * <folder>/<bucket>/bucket.json                     name, creation, policy
 *                   objects/<SHA-256 of key>.json   side-car: key, metadata, name of the data file
 *                   data/<random>                   bytes, of objects and of parts
 *                   uploads/<upload id>.json        a multipart upload that is not complete
 * ```
 * An object changes only when its side-car is renamed into place. A killed process therefore leaves either
 * the old or the new object, and possibly data files without a side-car, which are removed at the next start.
 * Keys are never used as file names.
 */
export class ObjectStore {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #buckets: Map<string, Bucket>;
  #tell: (bucket: string, change: BucketChange) => void = () => {};

  private constructor(folder: string, clock: Clock, ids: Ids, buckets: Map<string, Bucket>) {
    this.#folder = folder;
    this.#clock = clock;
    this.#ids = ids;
    this.#buckets = buckets;
  }

  static async open(folder: string, clock: Clock, ids: Ids): Promise<ObjectStore> {
    await mkdir(folder, { recursive: true });
    const buckets = new Map<string, Bucket>();
    for (const name of (await readdir(folder)).sort()) {
      const bucket = await Bucket.load(join(folder, name), clock, ids);
      if (bucket) buckets.set(bucket.name, bucket);
    }
    return new ObjectStore(folder, clock, ids, buckets);
  }

  /** Calls the listener with every change of an object from now on. */
  watch(tell: (bucket: string, change: BucketChange) => void): void {
    this.#tell = tell;
    for (const bucket of this.#buckets.values()) this.#listenTo(bucket);
  }

  #listenTo(bucket: Bucket): void {
    bucket.onChange = (change) => this.#tell(bucket.name, change);
  }

  /** The buckets ordered by name. */
  list(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => compareKeys(a.name, b.name));
  }

  /** @throws {S3Error} `NoSuchBucket`. */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw noSuchBucket(name);
    return bucket;
  }

  find(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  async create(name: string): Promise<Bucket> {
    checkBucketName(name);
    const bucket = await Bucket.create(join(this.#folder, name), name, this.#clock, this.#ids);
    const meanwhile = this.#buckets.get(name);
    if (meanwhile) return meanwhile;
    this.#listenTo(bucket);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** @throws {S3Error} `BucketNotEmpty`. */
  async delete(name: string): Promise<void> {
    const bucket = this.bucket(name);
    if (bucket.keys().length > 0) {
      throw new S3Error(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', {
        BucketName: name,
      });
    }
    this.#buckets.delete(name);
    // Without its record the folder is not a bucket, whatever remains of it if the process dies now.
    await unlink(join(bucket.folder, 'bucket.json'));
    await rm(bucket.folder, { recursive: true });
  }
}
