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
  /** Where buckets are kept; made when it is not there. */
  folder: string;
  clock: Clock;
  ids: Ids;
  log: Log;
  /** Twelve digits: the owner of every bucket. */
  accountId: string;
  region: string;
}

/** An object, read whole. */
export interface StoredObject {
  body: Buffer;
  /** Without quotes. */
  etag: string;
  contentType: string;
}

/**
 * S3 over path-style URLs: buckets, objects, multipart uploads and bucket policies, kept in files.
 * Who may do what is decided before a request comes here.
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

  /** The listener hears of every change of an object. */
  watch(tell: (bucket: string, change: BucketChange) => void): void {
    this.#store.watch(tell);
  }

  /** An object whole; undefined when it (or its bucket) is not there. */
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

  /** What is known of an object without reading it; undefined when it (or its bucket) is not there. */
  head(bucket: string, key: string): { size: number; etag: string; contentType: string } | undefined {
    const record = this.#store.find(bucket)?.find(key);
    return record && { size: record.size, etag: record.etag, contentType: contentTypeOf(record) };
  }

  /** The metadata that users gave an object, without `x-amz-meta-`; undefined when it is not there. */
  metadata(bucket: string, key: string): Record<string, string> | undefined {
    return this.#store.find(bucket)?.find(key)?.metadata;
  }

  /** Puts an object as PutObject would. @throws {S3Error} `NoSuchBucket`, `KeyTooLongError`. */
  async put(
    bucket: string,
    key: string,
    body: Uint8Array,
    { contentType = 'binary/octet-stream' }: { contentType?: string } = {},
  ): Promise<{ etag: string }> {
    return objects.putBytes(this.#store.bucket(bucket), key, body, contentType);
  }

  /** Puts a file of this machine as an object. @throws {S3Error} `NoSuchBucket`, `KeyTooLongError`. */
  async putFile(
    { bucket, key }: { bucket: string; key: string },
    file: string,
    about: { contentType: string; metadata: Record<string, string> },
  ): Promise<void> {
    await objects.putFile(this.#store.bucket(bucket), key, file, about);
  }

  /** No error when there is no such object. @throws {S3Error} `NoSuchBucket`. */
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

  /** Nothing happens when it is there already. @throws {S3Error} `InvalidBucketName`. */
  async createBucket(name: string): Promise<void> {
    if (!this.#store.find(name)) await this.#store.create(name);
  }

  /** @throws {S3Error} `NoSuchBucket`, `BucketNotEmpty`. */
  async deleteBucket(name: string): Promise<void> {
    await this.#store.delete(name);
  }

  /** `policy`: JSON; undefined removes it. @throws {S3Error} `NoSuchBucket`, `MalformedPolicy`. */
  async setBucketPolicy(name: string, policy: string | undefined): Promise<void> {
    if (policy !== undefined) buckets.checkPolicy(policy);
    await this.#store.bucket(name).setPolicy(policy);
  }

  /** JSON; undefined when there is none, or no such bucket. */
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
      // A client that goes away in the middle is not worth a line of its own.
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

/** Reads on, within limits: a client that still sends does not listen. */
function drain({ incoming }: AwsRequest): void {
  if (incoming.complete || incoming.destroyed) return;
  incoming.on('error', () => {});
  linger(incoming);
}
