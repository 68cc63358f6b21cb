import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';

/** Defined when the package is built; absent in a checkout of the sources. */
declare const CHIME_LOCAL_PACKED: true | undefined;

/** The checkout that contains these sources; meaningless in the built package. */
export const CHECKOUT: string = path.resolve(import.meta.dirname, '..', '..', '..', '..');

/**
 * The folder for things that are made once and used by every start (Python's virtual environment): `.local`
 * in a checkout, the user's cache folder (XDG Base Directory Specification) for the installed package.
 */
export function cacheDirectory(): string {
  if (typeof CHIME_LOCAL_PACKED === 'undefined') return path.join(CHECKOUT, '.local');
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'chime-local');
}

/** The `node_modules` with the AWS SDK, for functions that do not bundle it and rely on it as in Lambda's images. */
export function sdkDirectory(): string {
  const entry = createRequire(import.meta.url).resolve('@aws-sdk/client-s3');
  return entry.slice(0, entry.lastIndexOf(path.join('node_modules', '@aws-sdk')) + 'node_modules'.length);
}
