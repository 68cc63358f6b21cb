import { invalidArgument } from './errors.ts';
import { compareKeys } from './names.ts';
import { answer, isoTime, type S3Context } from './s3-context.ts';
import type { XmlElements } from './xml.ts';

/** Maximum number of keys and common prefixes per page. Source: Amazon S3 API Reference, ListObjectsV2. */
const MAX_KEYS = 1000;

interface Page {
  keys: string[];
  prefixes: string[];
  /** The last key or prefix of the page if more follow. */
  next: string | undefined;
}

/**
 * The keys after `after` that begin with `prefix`. Keys with a `delimiter` after the prefix are rolled up to
 * common prefixes.
 */
export function pageOf(
  keys: readonly string[],
  { prefix, delimiter, after, limit }: { prefix: string; delimiter: string; after: string; limit: number },
): Page {
  const page: Page = { keys: [], prefixes: [], next: undefined };
  let last = '';
  for (let n = firstAfter(keys, after); n < keys.length; n++) {
    const key = keys[n]!;
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    // If the previous page ended with a common prefix, the listing continues after all keys with that prefix.
    if (
      common !== undefined &&
      (common === page.prefixes.at(-1) || (after !== '' && after.startsWith(common)))
    )
      continue;
    if (page.keys.length + page.prefixes.length >= limit) {
      page.next = last;
      break;
    }
    if (common === undefined) page.keys.push(key);
    else page.prefixes.push(common);
    last = common ?? key;
  }
  return page;
}

function firstAfter(keys: readonly string[], after: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(keys[middle]!, after) <= 0 && after !== '') low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Lists a bucket's objects: GET of a bucket in version 2 (`list-type=2`) or 1. */
export function listObjects(context: S3Context): void {
  const { query } = context;
  const bucket = context.store.bucket(context.bucket);
  const second = query.get('list-type') === '2';
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const limit = maxKeys(query);
  const token = query.get('continuation-token');
  const after = second
    ? token === null
      ? (query.get('start-after') ?? '')
      : readToken(token)
    : (query.get('marker') ?? '');
  const page =
    limit === 0
      ? { keys: [], prefixes: [], next: undefined }
      : pageOf(bucket.keys(), { prefix, delimiter, after, limit });
  const encode = encoder(query);
  const contents = page.keys.map((key): XmlElements => {
    const record = bucket.get(key);
    return {
      Key: encode(key),
      LastModified: isoTime(record.lastModified),
      ETag: `"${record.etag}"`,
      ...(record.checksum
        ? { ChecksumAlgorithm: record.checksum.algorithm, ChecksumType: record.checksum.type }
        : {}),
      Size: record.size,
      StorageClass: 'STANDARD',
    };
  });
  const content: XmlElements = {
    Name: context.bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: page.next !== undefined,
    ...(second
      ? {
          KeyCount: page.keys.length + page.prefixes.length,
          ContinuationToken: token ?? undefined,
          NextContinuationToken:
            page.next === undefined ? undefined : Buffer.from(page.next).toString('base64url'),
          StartAfter: query.has('start-after') ? encode(query.get('start-after')!) : undefined,
        }
      : {
          Marker: encode(after),
          NextMarker: page.next !== undefined && delimiter !== '' ? encode(page.next) : undefined,
        }),
    Contents: contents,
    CommonPrefixes: page.prefixes.map((one) => ({ Prefix: encode(one) })),
  };
  answer(context, 200, {}, { root: 'ListBucketResult', content });
}

function maxKeys(query: URLSearchParams): number {
  const text = query.get('max-keys');
  if (text === null || text === '') return MAX_KEYS;
  if (!/^\d{1,10}$/.test(text)) {
    throw invalidArgument('Provided max-keys not an integer or within integer range', 'max-keys', text);
  }
  return Math.min(Number(text), MAX_KEYS);
}

function readToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString('utf8');
  if (key !== '' && Buffer.from(key).toString('base64url') === token) return key;
  throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
}

function encoder(query: URLSearchParams): (text: string) => string {
  const type = query.get('encoding-type');
  if (type === null) return (text) => text;
  if (type !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', type);
  return (text) => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
}
