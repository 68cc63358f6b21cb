import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { INSTALL_MS, lockWhenFree } from './install-lock.ts';

/** What of Lambda's Node.js images a function's code asks for and this machine may lack, installed once by npm. */
export interface RuntimePackages {
  /** The folder whose `node_modules` they are in. */
  readonly folder: string;
  /**
   * Sees to it that they are there. `places`: folders with a `node_modules` that the function finds, too. Resolves with
   * the names that the code asks for, and why some could not be installed.
   */
  prepare(
    code: { directory: string; version: string },
    runtime: string,
    places: readonly string[],
  ): Promise<Prepared>;
}

export interface Prepared {
  names: readonly string[];
  /** A sentence for the person at the terminal. */
  problem?: string;
}

export interface RuntimePackagesOptions {
  folder: string;
  onProgress(text: string): void;
  /** npm's arguments to its output; tests give their own. */
  npm?: (args: string[]) => Promise<{ failed: boolean; output: string }>;
}

/** Developer guide, "Building Lambda functions with Node.js": version 3 since nodejs18.x, version 2 before. */
const IN_EVERY_IMAGE = /^@(aws-sdk|smithy)\//;
const VERSION_2 = 'aws-sdk';
const LAST_WITH_VERSION_2 = 16;
/**
 * The client of the namespace `chime` in a version that has SIP media applications, numbers and meetings, for which older
 * functions use it. Later ones have left them out.
 */
const VERSIONS: Readonly<Record<string, string>> = { [VERSION_2]: '2', '@aws-sdk/client-chime': '3.624.0' };
/** What SDKs look for and do without (AWS SDK for JavaScript, "Sigv4a"): every bundle of a client names them. */
const OPTIONAL = /^@(?:aws-sdk|smithy)\/(?:signature-v4a|.*-crt|crt-loader)$/;
/** Import or require of such a package, in sources and in bundles. */
const IMPORT =
  /(?:\bfrom|\bimport|require)\s*\(?\s*["'`]((?:@aws-sdk|@smithy)\/[a-z0-9][a-z0-9-]*|aws-sdk)(?:\/[^"'`\s]*)?["'`]/g;
/** Files and bytes of a function's code that are read for imports. Ours: a larger one has its packages with it. */
const MAX_FILES = 500;
const MAX_FILE_BYTES = 20 * 1024 * 1024;

export function createRuntimePackages(options: RuntimePackagesOptions): RuntimePackages {
  const { folder, onProgress, npm = runNpm } = options;
  /** Names that npm was asked for in this run: a second try would take as long, and fail again. */
  const tried = new Map<string, Promise<string | undefined>>();
  let last: Promise<unknown> = Promise.resolve();
  const install = async (names: string[]): Promise<string | undefined> => {
    const wanted = names.map((name) => `${name}@${VERSIONS[name] ?? '3'}`);
    const command = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', ...wanted];
    await mkdir(folder, { recursive: true });
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) await writeFile(manifest, '{"private":true}\n');
    const release = await lockWhenFree(folder);
    try {
      // Another process may have installed them while this one waited.
      if (names.every((name) => isCurrent(folder, name))) return undefined;
      onProgress(`Installing ${names.join(', ')} for functions, as Lambda's image has it (once)`);
      const { failed, output } = await npm(command);
      if (!failed) return undefined;
      const why = output.trim().split('\n').at(-1)?.trim() || 'it gave no reason';
      return `${names.join(', ')} could not be installed (${why}). Lambda's image has it; with a network, run: npm ${command.join(' ')}`;
    } finally {
      release();
    }
  };
  return {
    folder,
    async prepare({ directory, version }, runtime, places) {
      const names = (await namesOf(directory, version)).filter((name) => isInImage(name, runtime));
      const here = (name: string): string[] => (isCurrent(folder, name) ? [...places, folder] : [...places]);
      const missing = names.filter((name) => !canResolve(directory, here(name), name));
      const fresh = missing.filter((name) => !tried.has(name));
      if (fresh.length > 0) {
        // One after the other: npm does not share a folder.
        const installing = last.then(() => install(fresh));
        last = installing.catch(() => undefined);
        for (const name of fresh) tried.set(name, installing);
      }
      const problems = await Promise.all(missing.map((name) => tried.get(name)));
      const problem =
        problems.find((text) => text !== undefined) ?? ownMissing(directory, [...places, folder]);
      return { names, ...(problem === undefined ? {} : { problem }) };
    },
  };
}

/** Why the code will not find its own packages: they were never installed. */
function ownMissing(directory: string, places: readonly string[]): string | undefined {
  const lacking = ownDependencies(directory).filter((name) => !canResolve(directory, places, name));
  // A project's own tools are no function's.
  const missing = lacking.filter((name) => isAskedFor(directory, name));
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} of ${join(directory, 'package.json')} are not installed: run "npm install" in ${directory}.`;
}

function isAskedFor(directory: string, name: string): boolean {
  const quoted = name.replaceAll('.', '\\.');
  const asks = new RegExp(`(?:\\bfrom|\\bimport|\\brequire)\\s*\\(?\\s*["'\`]${quoted}["'\`/]`);
  return scriptsIn(directory).some((file) => asks.test(readFileSync(file, 'utf8')));
}

function ownDependencies(directory: string): string[] {
  try {
    const text = readFileSync(join(directory, 'package.json'), 'utf8');
    return Object.keys((JSON.parse(text) as { dependencies?: object }).dependencies ?? {});
  } catch {
    // None, or none that can be read: the function says what it lacks.
    return [];
  }
}

const isIn = (folder: string, name: string): boolean => existsSync(join(folder, 'node_modules', name));

/** There, and in the version that is wanted, where that is an exact one: an earlier run may have brought another. */
function isCurrent(folder: string, name: string): boolean {
  if (!isIn(folder, name)) return false;
  const wanted = VERSIONS[name] ?? '';
  if (!wanted.includes('.')) return true;
  const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version?: string }).version === wanted;
}

/** From the code's own folder upwards, or from one of the other places. */
function canResolve(directory: string, places: readonly string[], name: string): boolean {
  if (places.some((place) => isIn(place, name))) return true;
  const paths = createRequire(join(directory, 'index.js')).resolve.paths(name) ?? [];
  return paths.some((path) => existsSync(join(path, name)));
}

function isInImage(name: string, runtime: string): boolean {
  if (OPTIONAL.test(name)) return false;
  if (IN_EVERY_IMAGE.test(name)) return true;
  return Number(/^nodejs(\d+)/.exec(runtime)?.[1]) <= LAST_WITH_VERSION_2;
}

const namesByVersion = new Map<string, string[]>();
const MAX_REMEMBERED = 200;

/** Packages of Lambda's image that the code asks for. What is installed in its own `node_modules` asks for itself. */
async function namesOf(directory: string, version: string): Promise<string[]> {
  const key = `${directory}\n${version}`;
  const known = namesByVersion.get(key);
  if (known) return known;
  const names = new Set<string>();
  for (const file of scriptsIn(directory)) {
    for (const [, name] of (await readFile(file, 'utf8')).matchAll(IMPORT)) if (name) names.add(name);
  }
  if (namesByVersion.size >= MAX_REMEMBERED) namesByVersion.clear();
  namesByVersion.set(key, [...names].sort());
  return [...names].sort();
}

function scriptsIn(directory: string, found: string[] = []): string[] {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (found.length >= MAX_FILES) break;
    const full = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== '.git') scriptsIn(full, found);
    } else if (/\.[cm]?js$/.test(entry.name) && statSync(full).size <= MAX_FILE_BYTES) found.push(full);
  }
  return found;
}

function runNpm(args: string[]): Promise<{ failed: boolean; output: string }> {
  return new Promise((resolve) => {
    const options = { timeout: INSTALL_MS, maxBuffer: 4 * 1024 * 1024, shell: process.platform === 'win32' };
    execFile('npm', args, options, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: error ? `${stdout}\n${stderr || error.message}` : stdout });
    });
  });
}
