import { S3Error } from './errors.ts';

/** Maximum length of a key in bytes of UTF-8. Source: Amazon S3 User Guide, "Naming Amazon S3 objects". */
export const MAX_KEY_BYTES = 1024;

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;

/** Checks a bucket's name. Source: Amazon S3 User Guide, "General purpose bucket naming rules". */
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

/**
 * The bucket and key in a path-style URL. `key` is empty for the bucket itself, and both are empty for the
 * service.
 */
export interface Target {
  bucket: string;
  key: string;
}

/** Parses the raw path `/bucket/key`. Everything after the second slash is the key, including dots. */
export function parseTarget(rawPath: string): Target {
  const slash = rawPath.indexOf('/', 1);
  const bucket = decode(slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash));
  const key = decode(slash < 0 ? '' : rawPath.slice(slash + 1));
  return { bucket, key };
}

/** Parses the source of a copy: `bucket/key` or `/bucket/key`, percent-encoded, optionally with a version. */
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

/** Compares two keys in S3's order, which is that of their UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  // UTF-16 has the same order as UTF-8 except for surrogates.
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const SURROGATE = /[\ud800-\udfff]/;
