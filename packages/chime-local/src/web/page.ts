import type { ServerResponse } from 'node:http';
import { contentTypeOf } from './content-types.ts';

/** Reads an object of the page's bucket; undefined when there is none. */
export type ReadObject = (key: string) => Promise<{ body: Buffer; contentType?: string } | undefined>;

/**
 * What the distribution's headers policy sends in the cloud. `connect-src` is the page's own origin: the API,
 * the issuer and the page share it here.
 */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const;

const INDEX = 'index.html';
const CONFIG = 'config.json';

/** Serves the web client out of its bucket, as the distribution does. */
export async function servePage(
  path: string,
  response: ServerResponse,
  read: ReadObject,
  additions: Record<string, unknown>,
): Promise<void> {
  let key: string;
  try {
    key = decodeURIComponent(path.replace(/^\/+/, '')) || INDEX;
  } catch {
    response.writeHead(400, SECURITY_HEADERS).end('Bad request\n');
    return;
  }
  const object = await read(key);
  if (!object) {
    response.writeHead(404, { ...SECURITY_HEADERS, 'content-type': 'text/plain; charset=utf-8' });
    response.end(`There is no ${JSON.stringify(key)} here. The page is at /.\n`);
    return;
  }
  const hashed = /-[\w-]{8,}\.(js|css|woff2|svg|png)$/.test(key);
  const body = key === CONFIG ? withAdditions(object.body, additions) : object.body;
  response.writeHead(200, {
    ...SECURITY_HEADERS,
    'content-type': object.contentType ?? contentTypeOf(key),
    'content-length': body.length,
    'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  response.end(body);
}

/** The page's configuration, with what only this home can offer. */
function withAdditions(body: Buffer, additions: Record<string, unknown>): Buffer {
  try {
    return Buffer.from(JSON.stringify({ ...JSON.parse(body.toString('utf8')), ...additions }));
  } catch {
    return body;
  }
}
