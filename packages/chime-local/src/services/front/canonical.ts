/**
 * The canonical form of a request that AWS Signature Version 4 signs (IAM user guide, "Create a signed AWS
 * API request"). It works on the raw text of path and query, and decodes nothing that a client could have
 * meant differently.
 */
import { hash } from 'node:crypto';

/** Bytes that are not encoded: RFC 3986 unreserved characters. */
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;
/** Text that needs no encoding, because it has only unreserved characters. Escapes are handled separately. */
const PLAIN = /^[A-Za-z0-9\-._~]*$/;
const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/;

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/**
 * Percent-encodes every byte that is not unreserved, in upper case. Existing escapes are kept (in upper
 * case), except that escapes of unreserved characters are decoded. A percent sign that does not begin an
 * escape is encoded. `raw` comes from node:http, with one character per byte.
 */
export function normaliseEscapes(raw: string): string {
  if (PLAIN.test(raw)) return raw;
  let result = '';
  for (let index = 0; index < raw.length; index++) {
    const character = raw.charAt(index);
    if (character === '%' && /^[0-9A-Fa-f]{2}$/.test(raw.slice(index + 1, index + 3))) {
      const hex = raw.slice(index + 1, index + 3).toUpperCase();
      const decoded = String.fromCharCode(Number.parseInt(hex, 16));
      result += UNRESERVED.test(decoded) ? decoded : `%${hex}`;
      index += 2;
    } else {
      result += UNRESERVED.test(character) ? character : escapeBytes(character);
    }
  }
  return result;
}

/** Percent-encodes every byte that is not unreserved, percent signs included. */
function encodeOnceMore(raw: string): string {
  if (PLAIN.test(raw)) return raw;
  let result = '';
  for (const character of raw) result += UNRESERVED.test(character) ? character : escapeBytes(character);
  return result;
}

function escapeBytes(character: string): string {
  const bytes = character.charCodeAt(0) < 256 ? [character.charCodeAt(0)] : Buffer.from(character);
  return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** The path for S3: each segment is encoded once; empty and dot segments are kept. */
export function canonicalS3Path(rawPath: string): string {
  if (PLAIN_PATH.test(rawPath)) return rawPath;
  return rawPath.split('/').map(normaliseEscapes).join('/');
}

/**
 * The path for every other service: dot and empty segments are resolved, then the path as sent is encoded
 * once more.
 */
export function canonicalPath(rawPath: string): string {
  const kept: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') kept.pop();
    else kept.push(PLAIN.test(segment) ? segment : encodeOnceMore(segment));
  }
  if (kept.length === 0) return '/';
  return `/${kept.join('/')}${rawPath.endsWith('/') ? '/' : ''}`;
}

/**
 * The query with its parameters encoded and sorted by name, then by value, without the parameter `omit`
 * (X-Amz-Signature). `+` is a space.
 */
export function canonicalQuery(rawQuery: string, omit?: string): string {
  if (rawQuery === '') return '';
  const pairs: [string, string][] = [];
  for (const part of rawQuery.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = normaliseEscapes((equals < 0 ? part : part.slice(0, equals)).replaceAll('+', '%20'));
    const value = equals < 0 ? '' : normaliseEscapes(part.slice(equals + 1).replaceAll('+', '%20'));
    if (name !== omit) pairs.push([name, value]);
  }
  pairs.sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All headers by lower-case name. The values of a repeated header are joined by commas, in order. */
export function headerMap(rawHeaders: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = (rawHeaders[index + 1] ?? '').trim().replace(/\s+/g, ' ');
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

export interface CanonicalParts {
  method: string;
  /** Already in canonical form. */
  path: string;
  query: string;
  /** Lower case, as listed in SignedHeaders. */
  signedHeaders: readonly string[];
  headers: ReadonlyMap<string, string>;
  payloadHash: string;
}

/** The text whose hash is signed. */
export function canonicalRequest(parts: CanonicalParts): string {
  const lines = parts.signedHeaders.map((name) => `${name}:${signedValue(name, parts.headers)}\n`).join('');
  const names = parts.signedHeaders.join(';');
  return `${parts.method}\n${parts.path}\n${parts.query}\n${lines}\n${names}\n${parts.payloadHash}`;
}

/** HTTP/2's name for the host. Clients that use HTTP/2 sign this name. */
export const AUTHORITY = ':authority';

const signedValue = (name: string, headers: ReadonlyMap<string, string>): string =>
  headers.get(name === AUTHORITY ? 'host' : name) ?? '';
