import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { contentTypeOf } from './content-types.ts';

/**
 * Our pages and their libraries may load only what comes from here. Sound is played from streams (`blob:`).
 */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The headers of all responses for our pages. `permissions`: the page's permissions policy. */
export function pageHeaders(permissions: string): Record<string, string> {
  return {
    'content-security-policy': POLICY,
    'permissions-policy': permissions,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}

/**
 * Serves a file of a built page, and nothing outside its folder. `advice` ends the answer for a missing file.
 */
export async function serveBuilt(
  folder: string,
  name: string,
  response: ServerResponse,
  { headers, advice }: { headers: Record<string, string>; advice: string },
): Promise<void> {
  const file = path.resolve(folder, name || 'index.html');
  const inside = file.startsWith(`${folder}${path.sep}`) && !name.includes('\0');
  const body = inside ? await readFile(file).catch(() => undefined) : undefined;
  if (!body) {
    response.writeHead(404, { ...headers, 'content-type': 'text/plain; charset=utf-8' });
    response.end(`There is no such file here. ${advice}\n`);
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': contentTypeOf(file),
    'content-length': body.length,
    'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  response.end(body);
}

/** Serves a JSON document of one of our pages. */
export function serveJson(response: ServerResponse, headers: Record<string, string>, value: unknown): void {
  const common = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.writeHead(200, { ...headers, ...common }).end(JSON.stringify(value));
}
