/**
 * The library that sends and receives in batches. It is compiled once if a C compiler and Node's headers are
 * present, and is kept in the cache folder that all starts share. Anywhere else Node's own sockets do the
 * same at a higher cost.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildCached, cacheDirectory } from '#platform';
import type { UdpLibrary } from './udp-batch.ts';

const SOURCE = 'udp-batch.c';
const LIBRARY = 'udp-batch.node';
/** How long the compiler may take, ms; it usually takes 200. Our choice. */
const COMPILE_MS = 20_000;

let prepared: Promise<string | undefined> | undefined;

/**
 * The library's file for `loadUdpLibrary`, compiled now if necessary; undefined if it is not available. Never
 * rejects.
 */
export function prepareUdpLibrary(): Promise<string | undefined> {
  prepared ??= prepare().catch(() => undefined);
  return prepared;
}

async function prepare(): Promise<string | undefined> {
  const headers = path.join(path.dirname(process.execPath), '..', 'include', 'node');
  // epoll(7) exists only on Linux.
  if (process.platform !== 'linux' || !existsSync(path.join(headers, 'node_api.h'))) return undefined;
  const folder = path.relative(
    import.meta.dirname,
    path.join(cacheDirectory(), 'build', `udp-${process.arch}`),
  );
  const built = await buildCached(
    import.meta.dirname,
    {
      what: 'the library of sockets',
      folder,
      sources: [SOURCE],
      build: (outdir) => compile(headers, path.join(outdir, LIBRARY)),
    },
    AbortSignal.timeout(COMPILE_MS),
  );
  return path.join(built, LIBRARY);
}

async function compile(headers: string, library: string): Promise<void> {
  const source = path.join(import.meta.dirname, SOURCE);
  const options = ['-O2', '-shared', '-fPIC', '-I', headers, '-o', library, source];
  await promisify(execFile)('cc', options, { timeout: COMPILE_MS });
}

/** Loads the file; undefined if it does not fit this machine after all. */
export function loadUdpLibrary(file: string): UdpLibrary | undefined {
  try {
    return createRequire(import.meta.url)(file) as UdpLibrary;
  } catch {
    return undefined;
  }
}
