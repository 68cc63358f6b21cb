import { createHash } from 'node:crypto';
import type { Bucket, ObjectRecord, PartRecord, UploadRecord } from './bucket.ts';
import { algorithmOf, type ChecksumAlgorithm, checksumHeader, createChecksum } from './checksums.ts';
import {
  invalidArgument,
  invalidRequest,
  malformedXml,
  noSuchUpload,
  preconditionFailed,
  S3Error,
} from './errors.ts';
import { checkKey, parseCopySource } from './names.ts';
import { checksumHeaders, describeObject, evaluateConditions, parseRange } from './object-headers.ts';
import { appendRange, copyRange, writeConditions } from './objects.ts';
import { answer, header, isoTime, type S3Context } from './s3-context.ts';
import { receiveBody, receiveText } from './upload.ts';
import { childText, readXml, type XmlNode } from './xml.ts';

/** Limits of parts. Source: Amazon S3 User Guide, "Amazon S3 multipart upload limits". */
export const MAX_PART_NUMBER = 10_000;
export const MIN_PART_BYTES = 5 * 1024 * 1024;
/**
 * Maximum size in bytes of a CompleteMultipartUpload document that lists every part. A limit of this server.
 */
const MAX_COMPLETE_DOCUMENT_BYTES = 4 * 1024 * 1024;
/** Maximum number of parts per page of ListParts (Amazon S3 API Reference). */
const MAX_LISTED_PARTS = 1000;

/** CreateMultipartUpload: POST `?uploads`. `id` is the id of the new upload. */
export async function createUpload(context: S3Context, id: string, now: number): Promise<void> {
  const { request, key } = context;
  checkKey(key);
  const name = header(context, 'x-amz-checksum-algorithm');
  const algorithm = name === undefined ? undefined : algorithmOf(`x-amz-checksum-${name}`);
  if (name !== undefined && !algorithm) {
    throw invalidArgument('Checksum algorithm provided is unsupported.', 'x-amz-checksum-algorithm', name);
  }
  const type = header(context, 'x-amz-checksum-type');
  const checksumType = type === 'FULL_OBJECT' || algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const upload: UploadRecord = {
    key,
    initiated: now,
    ...describeObject(request.headers),
    ...(algorithm ? { algorithm, checksumType } : {}),
    parts: {},
  };
  await context.store.bucket(context.bucket).changeUpload(id, () => ({ upload }));
  const content = { Bucket: context.bucket, Key: key, UploadId: id };
  answer(
    context,
    200,
    algorithm ? { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': checksumType } : {},
    { root: 'InitiateMultipartUploadResult', content },
  );
}

/** UploadPart or UploadPartCopy: PUT `?partNumber&uploadId` with the body or with `x-amz-copy-source`. */
export async function uploadPart(context: S3Context, now: number): Promise<void> {
  const bucket = context.store.bucket(context.bucket);
  const id = context.query.get('uploadId') ?? '';
  const numberText = context.query.get('partNumber') ?? '';
  const number = Number(numberText);
  if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) {
    throw invalidArgument(
      `Part number must be an integer between 1 and ${MAX_PART_NUMBER}, inclusive`,
      'partNumber',
      numberText,
    );
  }
  const upload = uploadOf(bucket, id, context.key);
  const source = header(context, 'x-amz-copy-source');
  const part = source
    ? await copyPart(context, bucket, source, upload, now)
    : await receivePart(context, bucket, upload, now);
  try {
    await bucket.changeUpload(id, (current) => {
      if (!current) throw noSuchUpload(id);
      const replaced = current.parts[number];
      return {
        upload: { ...current, parts: { ...current.parts, [number]: part } },
        discard: replaced ? [replaced.data] : [],
      };
    });
  } catch (error) {
    await bucket.discardData(part.data);
    throw error;
  }
  const checksum =
    upload.algorithm && part.checksum ? { [checksumHeader(upload.algorithm)]: part.checksum } : {};
  if (!source) {
    answer(context, 200, { etag: `"${part.md5}"`, ...checksum });
    return;
  }
  const content = { LastModified: isoTime(now), ETag: `"${part.md5}"` };
  answer(context, 200, {}, { root: 'CopyPartResult', content });
}

async function receivePart(
  context: S3Context,
  bucket: Bucket,
  upload: UploadRecord,
  lastModified: number,
): Promise<PartRecord> {
  const { data, size, md5, checksum } = await receiveBody(context.request, bucket);
  if (checksum && upload.algorithm && checksum.algorithm !== upload.algorithm) {
    await bucket.discardData(data);
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}, actual checksum Type: ${checksum.algorithm}`,
    );
  }
  const value = upload.algorithm ? checksum?.value : undefined;
  return { data, size, md5, lastModified, ...(value === undefined ? {} : { checksum: value }) };
}

async function copyPart(
  context: S3Context,
  bucket: Bucket,
  source: string,
  upload: UploadRecord,
  lastModified: number,
): Promise<PartRecord> {
  const from = parseCopySource(source);
  const { record, file } = await context.store.bucket(from.bucket).openObject(from.key);
  try {
    if (evaluateConditions(context.request.headers, record, 'x-amz-copy-source-') !== 200) {
      throw preconditionFailed('x-amz-copy-source-If-Match');
    }
    const range = parseRange(header(context, 'x-amz-copy-source-range'), record.size);
    const { first, last } = range ?? { first: 0, last: record.size - 1 };
    const md5 = createHash('md5');
    const copied = await copyRange(
      bucket,
      file,
      first,
      last,
      upload.algorithm,
      (bytes) => void md5.update(bytes),
    );
    return { ...copied, size: last - first + 1, md5: md5.digest('hex'), lastModified };
  } finally {
    await file.close();
  }
}

/** CompleteMultipartUpload: POST `?uploadId`. The listed parts, in order, become the object. */
export async function completeUpload(context: S3Context): Promise<void> {
  const { key } = context;
  const bucket = context.store.bucket(context.bucket);
  const id = context.query.get('uploadId') ?? '';
  const upload = uploadOf(bucket, id, key);
  const check = writeConditions(context);
  const parts = chooseParts(upload, readXml(await receiveText(context.request, MAX_COMPLETE_DOCUMENT_BYTES)));
  const { data, checksum } = await joinParts(bucket, upload, parts);
  const digests = Buffer.concat(parts.map((part) => Buffer.from(part.md5, 'hex')));
  const etag = `${createHash('md5').update(digests).digest('hex')}-${parts.length}`;
  let record: ObjectRecord;
  try {
    record = await bucket.commit(
      {
        key,
        data,
        size: parts.reduce((sum, part) => sum + part.size, 0),
        etag,
        headers: upload.headers,
        metadata: upload.metadata,
        ...(checksum ? { checksum } : {}),
      },
      check,
    );
  } catch (error) {
    await bucket.discardData(data);
    throw error;
  }
  await bucket.changeUpload(id, (current) => ({ upload: undefined, discard: dataOf(current) }));
  const { algorithm, value, type } = record.checksum ?? {};
  answer(context, 200, checksumHeaders(record), {
    root: 'CompleteMultipartUploadResult',
    content: {
      Location: `/${context.bucket}/${encodeURIComponent(key)}`,
      Bucket: context.bucket,
      Key: key,
      ETag: `"${etag}"`,
      ...(algorithm ? { [`Checksum${algorithm}`]: value, ChecksumType: type } : {}),
    },
  });
}

function chooseParts(upload: UploadRecord, document: XmlNode): PartRecord[] {
  const listed = document.children.filter((child) => child.name === 'Part');
  if (document.name !== 'CompleteMultipartUpload' || listed.length === 0)
    throw malformedXml('it lists no Part');
  const numbers = listed.map((node) => Number(childText(node, 'PartNumber')));
  if (numbers.some((number, index) => index > 0 && number <= numbers[index - 1]!)) {
    throw new S3Error(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  return listed.map((node, index) => {
    const number = numbers[index]!;
    const part = upload.parts[number];
    const etag = (childText(node, 'ETag') ?? '').replaceAll('"', '').trim();
    if (!part || part.md5 !== etag) {
      throw new S3Error(
        400,
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        { PartNumber: String(number) },
      );
    }
    if (part.size < MIN_PART_BYTES && index < listed.length - 1) {
      throw new S3Error(
        400,
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
        {
          ProposedSize: String(part.size),
          MinSizeAllowed: String(MIN_PART_BYTES),
          PartNumber: String(number),
        },
      );
    }
    return part;
  });
}

/** Writes the bytes of all parts to one data file and computes the object's checksum. */
async function joinParts(
  bucket: Bucket,
  upload: UploadRecord,
  parts: PartRecord[],
): Promise<{ data: string; checksum?: NonNullable<ObjectRecord['checksum']> }> {
  const whole =
    upload.algorithm && upload.checksumType === 'FULL_OBJECT' ? createChecksum(upload.algorithm) : undefined;
  const { name, file } = await bucket.createData();
  try {
    for (const part of parts) {
      const source = await bucket.openData(part.data);
      try {
        await appendRange(file, source, 0, part.size - 1, (bytes) => whole?.update(bytes));
      } finally {
        await source.close();
      }
    }
    await file.close();
  } catch (error) {
    await file.close().catch(() => {});
    await bucket.discardData(name);
    throw error;
  }
  const algorithm = upload.algorithm;
  if (!algorithm) return { data: name };
  if (whole) {
    return {
      data: name,
      checksum: { algorithm, value: whole.digest().toString('base64'), type: 'FULL_OBJECT' },
    };
  }
  const value = compositeChecksum(algorithm, parts);
  return value ? { data: name, checksum: { algorithm, value, type: 'COMPOSITE' } } : { data: name };
}

/** The checksum of the parts' checksums, followed by the number of parts. */
function compositeChecksum(algorithm: ChecksumAlgorithm, parts: PartRecord[]): string | undefined {
  const checksum = createChecksum(algorithm);
  for (const part of parts) {
    if (part.checksum === undefined) return undefined;
    checksum.update(Buffer.from(part.checksum, 'base64'));
  }
  return `${checksum.digest().toString('base64')}-${parts.length}`;
}

/** AbortMultipartUpload: DELETE `?uploadId`. */
export async function abortUpload(context: S3Context): Promise<void> {
  const bucket = context.store.bucket(context.bucket);
  const id = context.query.get('uploadId') ?? '';
  uploadOf(bucket, id, context.key);
  await bucket.changeUpload(id, (current) => ({ upload: undefined, discard: dataOf(current) }));
  answer(context, 204);
}

/** ListParts: GET `?uploadId`. */
export function listParts(context: S3Context): void {
  const id = context.query.get('uploadId') ?? '';
  const upload = uploadOf(context.store.bucket(context.bucket), id, context.key);
  const after = Number(context.query.get('part-number-marker') ?? 0) || 0;
  const limit = Math.min(Number(context.query.get('max-parts') ?? MAX_LISTED_PARTS) || 0, MAX_LISTED_PARTS);
  const numbers = Object.keys(upload.parts)
    .map(Number)
    .filter((number) => number > after)
    .sort((a, b) => a - b);
  const page = numbers.slice(0, limit);
  const content = {
    Bucket: context.bucket,
    Key: context.key,
    UploadId: id,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1) ?? 0,
    MaxParts: limit,
    IsTruncated: page.length < numbers.length,
    StorageClass: 'STANDARD',
    Part: page.map((number) => {
      const part = upload.parts[number]!;
      return {
        PartNumber: number,
        LastModified: isoTime(part.lastModified),
        ETag: `"${part.md5}"`,
        Size: part.size,
        ...(upload.algorithm ? { [`Checksum${upload.algorithm}`]: part.checksum } : {}),
      };
    }),
  };
  answer(context, 200, {}, { root: 'ListPartsResult', content });
}

/** ListMultipartUploads: GET `?uploads`. */
export function listUploads(context: S3Context): void {
  const prefix = context.query.get('prefix') ?? '';
  const uploads = [...context.store.bucket(context.bucket).uploads].filter(([, upload]) =>
    upload.key.startsWith(prefix),
  );
  const content = {
    Bucket: context.bucket,
    Prefix: prefix,
    IsTruncated: false,
    Upload: uploads.map(([UploadId, upload]) => ({
      Key: upload.key,
      UploadId,
      Initiated: isoTime(upload.initiated),
      StorageClass: 'STANDARD',
    })),
  };
  answer(context, 200, {}, { root: 'ListMultipartUploadsResult', content });
}

function uploadOf(bucket: Bucket, id: string, key: string): UploadRecord {
  const upload = bucket.uploads.get(id);
  if (!upload || upload.key !== key) throw noSuchUpload(id);
  return upload;
}

function dataOf(upload: UploadRecord | undefined): string[] {
  return Object.values(upload?.parts ?? {}).map((part) => part.data);
}
