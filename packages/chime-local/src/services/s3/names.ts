import { S3Error } from './errors.ts';

/** Longest key, bytes of UTF-8. Source: Amazon S3 User Guide, "Naming Amazon S3 objects". */
export const MAX_KEY_BYTES = 1024;

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;

/** Source: Amazon S3 User Guide, "General purpose bucket naming rules". */
export function checkBucketName(bucket: string): void {
  if (BUCKET_NAME.test(bucket) && !bucket.includes('..') && !IP_ADDRESS.test(bucket)) return;
  throw new S3Error(400, 'InvalidBucketName', 'The specified bucket is not valid.', { BucketName: bucket });
}

export function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes <= MAX_KEY_BYTES) return;
  throw new S3Error(400, 'KeyTooLongError', 'Your key is too long', {
    Size: String(bytes),
    MaxSizeAllowed: String(MAX_KEY_BYTES),
  });
}

/** What a path-style URL names; `key` is empty for the bucket itself, both for the service. */
export interface Target {
  bucket: string;
  key: string;
}

/** Reads the raw path: `/bucket/key`, where everything after the second slash is the key, dots and all. */
export function parseTarget(rawPath: string): Target {
  const slash = rawPath.indexOf('/', 1);
  const bucket = decode(slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash));
  const key = decode(slash < 0 ? '' : rawPath.slice(slash + 1));
  return { bucket, key };
}

/** The source of a copy: `bucket/key` or `/bucket/key`, percent-encoded, perhaps with a version. */
export function parseCopySource(header: string): Target {
  const path = header.replace(/\?versionId=.*$/, '');
  const target = parseTarget(path.startsWith('/') ? path : `/${path}`);
  if (target.bucket && target.key) return target;
  throw new S3Error(400, 'InvalidArgument', 'Invalid copy source object key', {
    ArgumentName: 'x-amz-copy-source',
    ArgumentValue: header,
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error(400, 'InvalidURI', `Couldn't parse the specified URI: ${text.slice(0, 100)}`);
  }
}

/** Whether S3 orders `a` before `b`: by the bytes of UTF-8. */
export function compareKeys(a: string, b: string): number {
  // UTF-16 orders as UTF-8 does, except where surrogates are.
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const SURROGATE = /[\ud800-\udfff]/;
