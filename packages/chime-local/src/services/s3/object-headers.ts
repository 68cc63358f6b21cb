import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { ObjectRecord } from './bucket.ts';
import { checksumHeader } from './checksums.ts';
import { S3Error } from './errors.ts';

/**
 * Maximum size of user metadata in bytes, names and values. Source: Amazon S3 User Guide, "Working with
 * object metadata": 2 KB.
 */
export const MAX_METADATA_BYTES = 2048;
const METADATA_PREFIX = 'x-amz-meta-';
/** Headers that are stored with an object and returned unchanged. */
const KEPT = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires'] as const;
/** Headers of the answer that a query parameter of GetObject can replace. */
const OVERRIDES = [...KEPT, 'content-encoding'] as const;

/** The description of an object from the headers of a PUT or CreateMultipartUpload. */
export function describeObject(headers: IncomingHttpHeaders): Pick<ObjectRecord, 'headers' | 'metadata'> {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of KEPT) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') kept[name] = value;
  }
  // The framing belongs to the transfer and not to the object.
  const encoding = (headers['content-encoding'] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'aws-chunked');
  if (encoding.length > 0) kept['content-encoding'] = encoding.join(',');
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(METADATA_PREFIX) || value === undefined) continue;
    const short = name.slice(METADATA_PREFIX.length);
    metadata[short] = String(value);
    bytes += short.length + String(value).length;
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new S3Error(
      400,
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      { Size: String(bytes), MaxSizeAllowed: String(MAX_METADATA_BYTES) },
    );
  }
  return { headers: kept, metadata };
}

/** The headers of the answer to GET and HEAD, without the content length. */
export function objectHeaders(record: ObjectRecord, withChecksum: boolean): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {
    ...record.headers,
    etag: `"${record.etag}"`,
    'last-modified': new Date(record.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
  };
  for (const [name, value] of Object.entries(record.metadata)) headers[METADATA_PREFIX + name] = value;
  if (withChecksum) Object.assign(headers, checksumHeaders(record));
  return headers;
}

export function checksumHeaders(record: Pick<ObjectRecord, 'checksum'>): OutgoingHttpHeaders {
  if (!record.checksum) return {};
  const { algorithm, value, type } = record.checksum;
  return { [checksumHeader(algorithm)]: value, 'x-amz-checksum-type': type };
}

/** The headers that query parameters such as `response-content-type=…` set. */
export function responseOverrides(query: URLSearchParams): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const name of OVERRIDES) {
    const value = query.get(`response-${name}`);
    // A value that is not valid in a header is ignored.
    if (value !== null && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) headers[name] = value;
  }
  return headers;
}

/**
 * Evaluates conditional headers. `200`: send the object; `304`: the client's copy is current; `412`: a
 * precondition failed.
 */
export function evaluateConditions(
  headers: IncomingHttpHeaders,
  record: ObjectRecord,
  prefix = '',
): 200 | 304 | 412 {
  const value = (name: string): string | undefined => headers[prefix + name] as string | undefined;
  const seconds = Math.floor(record.lastModified / 1000);
  const time = (text: string): number => Math.floor(Date.parse(text) / 1000);
  const match = value('if-match');
  const unmodifiedSince = value('if-unmodified-since');
  // Source: RFC 9110 section 13.2.2 (order of precedence).
  if (match !== undefined) {
    if (!etagListed(match, record.etag)) return 412;
  } else if (unmodifiedSince !== undefined && seconds > time(unmodifiedSince)) {
    return 412;
  }
  const noneMatch = value('if-none-match');
  const modifiedSince = value('if-modified-since');
  if (noneMatch !== undefined) return etagListed(noneMatch, record.etag) ? 304 : 200;
  return modifiedSince !== undefined && seconds <= time(modifiedSince) ? 304 : 200;
}

/** Whether a list as in `If-Match` contains the ETag. */
export function etagListed(list: string, etag: string): boolean {
  return list.split(',').some((one) => {
    const bare = one
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1');
    return bare === '*' || bare === etag;
  });
}

/**
 * The first and last byte that a `Range` header requests; undefined for the whole object.
 * @throws {S3Error} `InvalidRange`.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): { first: number; last: number } | undefined {
  const match = header === undefined ? null : /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  // An invalid header, or one that requests several ranges, is answered with the whole object (RFC 9110
  // section 14.2).
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, from = '', to = ''] = match;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (first >= size || last < first) {
    throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable', {
      RangeRequested: header!,
      ActualObjectSize: String(size),
    });
  }
  return { first, last };
}
