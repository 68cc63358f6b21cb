import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { acquireLock } from './path-lock.ts';
import { UserError } from './user-error.ts';

/** Something that is built from sources, and rebuilt only when they have changed. */
export interface BuildStep {
  /** The name shown to the user who waits for the build, e.g. `the phone page`. */
  what: string;
  /** Folder of the cached builds, relative to the project's root. */
  folder: string;
  /** Files and folders that the build depends on, relative to the root. */
  sources: readonly string[];
  /** Builds it in `outdir`, which is empty. */
  build(outdir: string): Promise<void>;
}

const LEFT_OUT = new Set(['node_modules', 'dist', 'cdk.out', '__pycache__']);
/** Milliseconds to wait for another process that is building the same thing. */
const PATIENCE_MS = 180_000;
/** Interval in milliseconds for checking whether another process has finished. */
const LOOK_AGAIN_MS = 200;
/** Number of builds that are kept whatever their age. */
const KEPT = 3;
/** Milliseconds since its last use after which an older build is removed; running processes still need theirs. */
const UNUSED_MS = 7 * 24 * 3600 * 1000;

function hashInto(hash: ReturnType<typeof createHash>, root: string, name: string): void {
  const full = path.join(root, name);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isDirectory()) {
    hash.update(name).update(readFileSync(full));
    return;
  }
  for (const inner of readdirSync(full).sort()) {
    if (!LEFT_OUT.has(inner) && !inner.endsWith('.test.ts')) hashInto(hash, root, path.join(name, inner));
  }
}

function sourcesHash(root: string, sources: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const source of sources) hashInto(hash, root, source);
  return hash.digest('hex').slice(0, 16);
}

/** Returns the folder of the build for the current sources, which is cached or made now. */
export async function buildCached(root: string, step: BuildStep, signal: AbortSignal): Promise<string> {
  const cache = path.join(root, step.folder);
  const outdir = path.join(cache, sourcesHash(root, step.sources));
  // Written last, so a build without it was interrupted.
  const complete = path.join(outdir, 'complete');
  if (existsSync(complete)) {
    const now = new Date();
    utimesSync(outdir, now, now);
    return outdir;
  }
  const release = await lockWhenFree(cache, step.what, signal);
  try {
    // Another process may have built it while this one waited for the lock.
    if (existsSync(complete)) return outdir;
    rmSync(outdir, { recursive: true, force: true });
    mkdirSync(outdir, { recursive: true });
    await step.build(outdir);
    writeFileSync(complete, '');
    removeOld(cache);
  } finally {
    release();
  }
  return outdir;
}

/** Waits for the cache's lock: two processes that built the same files at once would corrupt them. */
async function lockWhenFree(cache: string, what: string, signal: AbortSignal): Promise<() => void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const release = await acquireLock(cache);
    if (release) return release;
    signal.throwIfAborted();
    if (performance.now() > deadline) {
      throw new UserError(
        `Another process has been making ${what} for ${PATIENCE_MS / 1000} s; stop it first.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/**
 * Removes builds that have not been used for long. Recent ones stay, because a running process may use an
 * older one.
 */
function removeOld(cache: string): void {
  const age = (name: string): number => statSync(path.join(cache, name)).mtimeMs;
  const names = readdirSync(cache).sort((one, other) => age(other) - age(one));
  for (const name of names.slice(KEPT)) {
    if (Date.now() - age(name) > UNUSED_MS) rmSync(path.join(cache, name), { recursive: true, force: true });
  }
}
