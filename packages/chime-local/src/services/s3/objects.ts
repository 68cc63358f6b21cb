import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { Bucket, ObjectRecord } from './bucket.ts';
import { algorithmOf, type ChecksumAlgorithm, createChecksum } from './checksums.ts';
import { invalidArgument, invalidRequest, malformedXml, noSuchKey, preconditionFailed } from './errors.ts';
import { checkKey, parseCopySource } from './names.ts';
import {
  checksumHeaders,
  describeObject,
  etagListed,
  evaluateConditions,
  objectHeaders,
  parseRange,
  responseOverrides,
} from './object-headers.ts';
import { answer, header, isoTime, type S3Context } from './s3-context.ts';
import { receiveBody, receiveText } from './upload.ts';
import { childText, readXml, type XmlElements } from './xml.ts';

/** Maximum number of keys per DeleteObjects. Source: Amazon S3 API Reference, DeleteObjects. */
const MAX_DELETED_KEYS = 1000;
/**
 * Maximum size of a DeleteObjects document in bytes: a thousand keys of 1024 bytes, escaped. A limit of this
 * server.
 */
const MAX_DELETE_DOCUMENT_BYTES = 8 * 1024 * 1024;
/** Number of bytes read at a time when an object is copied. */
const COPY_BYTES = 1024 * 1024;

/** PutObject: PUT of an object. */
export async function putObject(context: S3Context): Promise<void> {
  const { request, key } = context;
  checkKey(key);
  const bucket = context.store.bucket(context.bucket);
  const check = writeConditions(context);
  const description = describeObject(request.headers);
  check(bucket.find(key));
  const { data, size, md5, checksum } = await receiveBody(request, bucket);
  try {
    const record = await bucket.commit(
      { key, data, size, etag: md5, ...description, ...(checksum ? { checksum } : {}) },
      check,
    );
    answer(context, 200, { etag: `"${record.etag}"`, ...checksumHeaders(record) });
  } catch (error) {
    await bucket.discardData(data);
    throw error;
  }
}

/** Checks the conditions of a write: `If-None-Match: *` and `If-Match: <etag>`. */
export function writeConditions(context: S3Context): (current: ObjectRecord | undefined) => void {
  const noneMatch = header(context, 'if-none-match');
  const match = header(context, 'if-match');
  if (noneMatch !== undefined && noneMatch.trim() !== '*') {
    throw invalidArgument('If-None-Match of a write can only be *', 'If-None-Match', noneMatch);
  }
  return (current) => {
    if (noneMatch !== undefined && current) throw preconditionFailed('If-None-Match');
    if (match === undefined) return;
    if (!current) throw noSuchKey(context.key);
    if (!etagListed(match, current.etag)) throw preconditionFailed('If-Match');
  };
}

/** GetObject and HeadObject: GET and HEAD of an object. */
export async function getObject(context: S3Context): Promise<void> {
  const { request, key, query } = context;
  const bucket = context.store.bucket(context.bucket);
  const { record, file } = await bucket.openObject(key);
  let handedOver = false;
  try {
    const verdict = evaluateConditions(request.headers, record);
    if (verdict === 412) throw preconditionFailed('If-Match');
    const range = parseRange(header(context, 'range'), record.size);
    const wantsChecksum = header(context, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
    const headers = {
      ...objectHeaders(record, wantsChecksum && !range),
      ...responseOverrides(query),
    };
    if (verdict === 304) {
      answer(context, 304, headers);
      return;
    }
    const { first, last } = range ?? { first: 0, last: record.size - 1 };
    const partial = range ? { 'content-range': `bytes ${first}-${last}/${record.size}` } : {};
    request.response.writeHead(range ? 206 : 200, {
      ...headers,
      ...partial,
      'content-length': last - first + 1,
      'x-amz-request-id': request.requestId,
    });
    if (request.method === 'HEAD' || record.size === 0) {
      request.response.end();
      return;
    }
    handedOver = true;
    // The stream closes the file. A client that disconnects is not an error.
    const bytes = createReadStream('', { fd: file, start: first, end: last });
    await pipeline(bytes, request.response).catch(() => {});
  } finally {
    if (!handedOver) await file.close();
  }
}

export async function deleteObject(context: S3Context): Promise<void> {
  await context.store.bucket(context.bucket).remove(context.key);
  answer(context, 204);
}

/** DeleteObjects: POST `?delete`. */
export async function deleteObjects(context: S3Context): Promise<void> {
  const bucket = context.store.bucket(context.bucket);
  const document = readXml(await receiveText(context.request, MAX_DELETE_DOCUMENT_BYTES));
  const keys = document.children
    .filter((child) => child.name === 'Object')
    .map((object) => childText(object, 'Key') ?? '');
  if (document.name !== 'Delete' || keys.length < 1 || keys.length > MAX_DELETED_KEYS || keys.includes('')) {
    throw malformedXml(`a Delete needs 1 to ${MAX_DELETED_KEYS} Objects, each with a Key`);
  }
  for (const key of keys) await bucket.remove(key);
  const quiet = childText(document, 'Quiet') === 'true';
  const deleted: XmlElements[] = quiet ? [] : keys.map((Key) => ({ Key }));
  answer(context, 200, {}, { root: 'DeleteResult', content: { Deleted: deleted } });
}

/** CopyObject: PUT with `x-amz-copy-source`. */
export async function copyObject(context: S3Context): Promise<void> {
  const { request, key } = context;
  checkKey(key);
  const target = context.store.bucket(context.bucket);
  const from = parseCopySource(header(context, 'x-amz-copy-source')!);
  const source = context.store.bucket(from.bucket);
  const replaces = header(context, 'x-amz-metadata-directive')?.toUpperCase() === 'REPLACE';
  if (!replaces && source === target && from.key === key) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const { record, file } = await source.openObject(from.key);
  let data: string | undefined;
  try {
    if (evaluateConditions(request.headers, record, 'x-amz-copy-source-') !== 200) {
      throw preconditionFailed('x-amz-copy-source-If-Match');
    }
    const wanted = copyAlgorithm(context);
    const copied = await copyRange(target, file, 0, record.size - 1, wanted);
    data = copied.data;
    const description = replaces
      ? describeObject(request.headers)
      : { headers: record.headers, metadata: record.metadata };
    const checksum = copied.checksum
      ? { algorithm: wanted!, value: copied.checksum, type: 'FULL_OBJECT' as const }
      : record.checksum;
    const made = await target.commit({
      key,
      data,
      size: record.size,
      etag: record.etag,
      ...description,
      ...(checksum ? { checksum } : {}),
    });
    const content = { LastModified: isoTime(made.lastModified), ETag: `"${made.etag}"` };
    answer(context, 200, {}, { root: 'CopyObjectResult', content });
  } catch (error) {
    if (data !== undefined) await target.discardData(data);
    throw error;
  } finally {
    await file.close();
  }
}

function copyAlgorithm(context: S3Context): ChecksumAlgorithm | undefined {
  const name = header(context, 'x-amz-checksum-algorithm');
  return name === undefined ? undefined : algorithmOf(`x-amz-checksum-${name}`);
}

/** Copies bytes `first` to `last` of an open file to a new data file of the bucket. */
export async function copyRange(
  bucket: Bucket,
  source: Awaited<ReturnType<Bucket['openData']>>,
  first: number,
  last: number,
  algorithm: ChecksumAlgorithm | undefined,
  onBytes: (bytes: Buffer) => void = () => {},
): Promise<{ data: string; checksum?: string }> {
  const { name, file } = await bucket.createData();
  const checksum = algorithm ? createChecksum(algorithm) : undefined;
  try {
    await appendRange(file, source, first, last, (bytes) => {
      checksum?.update(bytes);
      onBytes(bytes);
    });
    await file.close();
    return { data: name, ...(checksum ? { checksum: checksum.digest().toString('base64') } : {}) };
  } catch (error) {
    await file.close().catch(() => {});
    await bucket.discardData(name);
    throw error;
  }
}

/** Appends bytes `first` to `last` of `source` to `target`. */
export async function appendRange(
  target: Awaited<ReturnType<Bucket['openData']>>,
  source: Awaited<ReturnType<Bucket['openData']>>,
  first: number,
  last: number,
  onBytes: (bytes: Buffer) => void,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(COPY_BYTES, last - first + 1)));
  for (let at = first; at <= last; ) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, last - at + 1), at);
    if (bytesRead === 0) throw new Error('an object is shorter than its record says');
    const bytes = buffer.subarray(0, bytesRead);
    onBytes(bytes);
    await target.write(bytes);
    at += bytesRead;
    // Checksums of large objects are computed on this thread, so other work gets a turn now and then.
    await turn();
  }
}

/** Stores an object whose bytes are in memory. */
export async function putBytes(
  bucket: Bucket,
  key: string,
  bytes: Uint8Array,
  contentType: string,
): Promise<{ etag: string }> {
  checkKey(key);
  const { name, file } = await bucket.createData();
  try {
    await file.writeFile(bytes);
    await file.close();
    const etag = createHash('md5').update(bytes).digest('hex');
    const description = { headers: { 'content-type': contentType }, metadata: {} };
    await bucket.commit({ key, data: name, size: bytes.length, etag, ...description });
    return { etag };
  } catch (error) {
    await file.close().catch(() => {});
    await bucket.discardData(name);
    throw error;
  }
}

/** Stores a local file as an object. The file is copied piece by piece. */
export async function putFile(
  bucket: Bucket,
  key: string,
  path: string,
  { contentType, metadata }: { contentType: string; metadata: Record<string, string> },
): Promise<void> {
  checkKey(key);
  const { name, file } = await bucket.createData();
  const md5 = createHash('md5');
  let size = 0;
  try {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      md5.update(piece);
      size += piece.length;
      await file.appendFile(piece);
    }
    await file.close();
    const headers = { 'content-type': contentType };
    await bucket.commit({ key, data: name, size, etag: md5.digest('hex'), headers, metadata });
  } catch (error) {
    await file.close().catch(() => {});
    await bucket.discardData(name);
    throw error;
  }
}
