import type { ServerResponse } from 'node:http';
import { contentTypeOf } from './content-types.ts';

/** Reads an object of the page's bucket; undefined if it does not exist. */
export type ReadObject = (key: string) => Promise<{ body: Buffer; contentType?: string } | undefined>;

/** The headers from the headers policy of the page's distribution for an object. */
export type PageHeaders = (key: string) => Readonly<Record<string, string>>;

const INDEX = 'index.html';
const CONFIG = 'config.json';

/** Serves the web client from its bucket, as the distribution does. */
export async function servePage(
  path: string,
  response: ServerResponse,
  read: ReadObject,
  headersOf: PageHeaders,
  additions: Record<string, unknown>,
): Promise<void> {
  let key: string;
  try {
    key = decodeURIComponent(path.replace(/^\/+/, '')) || INDEX;
  } catch {
    response.writeHead(400, headersOf('')).end('Bad request\n');
    return;
  }
  const object = await read(key);
  if (!object) {
    response.writeHead(404, { ...headersOf(key), 'content-type': 'text/plain; charset=utf-8' });
    response.end(`There is no ${JSON.stringify(key)} here. The page is at /.\n`);
    return;
  }
  const body = key === CONFIG ? withAdditions(object.body, additions) : object.body;
  response.writeHead(200, {
    'cache-control': 'no-cache',
    ...headersOf(key),
    'content-type': object.contentType ?? contentTypeOf(key),
    'content-length': body.length,
  });
  response.end(body);
}

/** The page's configuration with the additions that only this runtime offers. */
function withAdditions(body: Buffer, additions: Record<string, unknown>): Buffer {
  try {
    return Buffer.from(JSON.stringify({ ...JSON.parse(body.toString('utf8')), ...additions }));
  } catch {
    return body;
  }
}
