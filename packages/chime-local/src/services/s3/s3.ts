import { type Clock, type Ids, type Log, linger } from '#platform';
import type { AccessQuestion } from '../iam/access.ts';
import type { AwsRequest, AwsService } from '../ports.ts';
import { tellUnserved } from '../rest/unserved-operation.ts';
import { s3Questions } from './access.ts';
import type { BucketChange, ObjectRecord } from './bucket.ts';
import * as buckets from './buckets.ts';
import { S3Error } from './errors.ts';
import { parseTarget } from './names.ts';
import { ObjectStore } from './object-store.ts';
import * as objects from './objects.ts';
import { findRoute, S3_OPERATIONS } from './routes.ts';
import { answer, header, type S3Context } from './s3-context.ts';

export interface S3Options {
  /** The folder of the buckets. It is created if missing. */
  folder: string;
  clock: Clock;
  ids: Ids;
  log: Log;
  /** Twelve digits; the owner of every bucket. */
  accountId: string;
  region: string;
}

/** An object with its whole content. */
export interface StoredObject {
  body: Buffer;
  /** The ETag without quotes. */
  etag: string;
  contentType: string;
}

/**
 * S3 with path-style URLs: buckets, objects, multipart uploads and bucket policies, stored in files. Access
 * is decided before a request arrives here.
 */
export class S3 implements AwsService {
  readonly #store: ObjectStore;
  readonly #options: S3Options;

  private constructor(store: ObjectStore, options: S3Options) {
    this.#store = store;
    this.#options = options;
  }

  static async open(options: S3Options): Promise<S3> {
    return new S3(await ObjectStore.open(options.folder, options.clock, options.ids), options);
  }

  get operations() {
    return S3_OPERATIONS;
  }

  get signingNames() {
    return ['s3'] as const;
  }

  /** Calls the listener with every change of an object. */
  watch(tell: (bucket: string, change: BucketChange) => void): void {
    this.#store.watch(tell);
  }

  /** Reads a whole object; undefined if the object or its bucket does not exist. */
  async read(bucket: string, key: string): Promise<StoredObject | undefined> {
    const found = this.#store.find(bucket);
    if (!found?.find(key)) return undefined;
    const { record, file } = await found.openObject(key);
    try {
      return { body: await file.readFile(), etag: record.etag, contentType: contentTypeOf(record) };
    } finally {
      await file.close();
    }
  }

  /** The size, ETag and type of an object; undefined if the object or its bucket does not exist. */
  head(bucket: string, key: string): { size: number; etag: string; contentType: string } | undefined {
    const record = this.#store.find(bucket)?.find(key);
    return record && { size: record.size, etag: record.etag, contentType: contentTypeOf(record) };
  }

  /** The user metadata of an object, without `x-amz-meta-`; undefined if the object does not exist. */
  metadata(bucket: string, key: string): Record<string, string> | undefined {
    return this.#store.find(bucket)?.find(key)?.metadata;
  }

  /** Stores an object, like PutObject. @throws {S3Error} `NoSuchBucket`, `KeyTooLongError`. */
  async put(
    bucket: string,
    key: string,
    body: Uint8Array,
    { contentType = 'binary/octet-stream' }: { contentType?: string } = {},
  ): Promise<{ etag: string }> {
    return objects.putBytes(this.#store.bucket(bucket), key, body, contentType);
  }

  /** Stores a local file as an object. @throws {S3Error} `NoSuchBucket`, `KeyTooLongError`. */
  async putFile(
    { bucket, key }: { bucket: string; key: string },
    file: string,
    about: { contentType: string; metadata: Record<string, string> },
  ): Promise<void> {
    await objects.putFile(this.#store.bucket(bucket), key, file, about);
  }

  /** Removes an object. It is not an error if the object does not exist. @throws {S3Error} `NoSuchBucket`. */
  async remove(bucket: string, key: string): Promise<void> {
    await this.#store.bucket(bucket).remove(key);
  }

  /** The bucket's keys, in order. @throws {S3Error} `NoSuchBucket`. */
  list(bucket: string, prefix = ''): string[] {
    return this.#store
      .bucket(bucket)
      .keys()
      .filter((key) => key.startsWith(prefix));
  }

  bucketNames(): string[] {
    return this.#store.list().map((bucket) => bucket.name);
  }

  /** Creates a bucket if it does not exist. @throws {S3Error} `InvalidBucketName`. */
  async createBucket(name: string): Promise<void> {
    if (!this.#store.find(name)) await this.#store.create(name);
  }

  /** @throws {S3Error} `NoSuchBucket`, `BucketNotEmpty`. */
  async deleteBucket(name: string): Promise<void> {
    await this.#store.delete(name);
  }

  /**
   * Sets the policy, given as JSON; undefined removes it.
   * @throws {S3Error} `NoSuchBucket`, `MalformedPolicy`.
   */
  async setBucketPolicy(name: string, policy: string | undefined): Promise<void> {
    if (policy !== undefined) buckets.checkPolicy(policy);
    await this.#store.bucket(name).setPolicy(policy);
  }

  /** The policy as JSON; undefined if there is none or the bucket does not exist. */
  getBucketPolicy(name: string): string | undefined {
    return this.#store.find(name)?.policy;
  }

  questions(request: AwsRequest): AccessQuestion[] {
    return s3Questions(request, (bucket) => this.getBucketPolicy(bucket));
  }

  async handle(request: AwsRequest): Promise<void> {
    const context: S3Context = {
      request,
      store: this.#store,
      bucket: '',
      key: '',
      query: new URLSearchParams(request.rawQuery),
    };
    try {
      Object.assign(context, parseTarget(request.rawPath));
      this.#checkOwner(context);
      await this.#route(context);
    } catch (error) {
      this.#refuse(context, error);
    }
  }

  async #route(context: S3Context): Promise<void> {
    const { route, place, part } = findRoute(context);
    if (route) return void (await route.perform(context, this.#options));
    if (part === '') throw methodNotAllowed(context);
    const asked = `${context.request.method} of the ${place}'s ?${part}`;
    throw new S3Error(
      501,
      'NotImplemented',
      tellUnserved(context.request, 'Amazon S3', S3_OPERATIONS, asked),
    );
  }

  #checkOwner(context: S3Context): void {
    const expected = header(context, 'x-amz-expected-bucket-owner');
    if (expected === undefined || expected === this.#options.accountId) return;
    throw new S3Error(403, 'AccessDenied', 'Access Denied');
  }

  #refuse(context: S3Context, error: unknown): void {
    const { request } = context;
    let refusal: S3Error;
    if (error instanceof S3Error) refusal = error;
    else {
      // A client that disconnects during a request does not deserve a log entry.
      if (request.incoming.destroyed && !request.incoming.complete) return;
      this.#options.log.error('an operation on a bucket failed', {
        requestId: request.requestId,
        error: String(error),
      });
      refusal = new S3Error(500, 'InternalError', 'We encountered an internal error. Please try again.');
    }
    if (request.response.headersSent) {
      request.response.destroy();
      return;
    }
    const content = {
      Code: refusal.name,
      Message: refusal.message,
      ...refusal.details,
      Resource: request.rawPath,
      RequestId: request.requestId,
    };
    drain(request);
    answer(context, refusal.statusCode, request.incoming.complete ? {} : { connection: 'close' }, {
      root: 'Error',
      content,
      namespace: '',
    });
  }
}

function methodNotAllowed(context: S3Context): S3Error {
  return new S3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    Method: context.request.method,
  });
}

function contentTypeOf(record: ObjectRecord): string {
  return record.headers['content-type'] ?? 'binary/octet-stream';
}

/**
 * Reads the rest of the request, within limits, because a client does not read the answer while it is still
 * sending.
 */
function drain({ incoming }: AwsRequest): void {
  if (incoming.complete || incoming.destroyed) return;
  incoming.on('error', () => {});
  linger(incoming);
}
