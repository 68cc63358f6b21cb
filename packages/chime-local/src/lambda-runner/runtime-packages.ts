import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
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
  /** The folder whose `node_modules` has what the code's own package.json names and was not installed beside it. */
  own?: string;
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
  const installInto = installer(npm, onProgress);
  const install = (names: string[]): Promise<string | undefined> =>
    installInto({
      target: folder,
      wanted: names.map((name) => `${name}@${VERSIONS[name] ?? '3'}`),
      isThere: () => names.every((name) => isCurrent(folder, name)),
      what: names.join(', '),
      why: "as Lambda's image has it",
    });
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
      const { own, problem = problems.find((text) => text !== undefined) } = await installOwn(
        { directory, places: [...places, folder], folder },
        tried,
        installInto,
      );
      return { names, ...(own === undefined ? {} : { own }), ...(problem === undefined ? {} : { problem }) };
    },
  };
}

interface Wish {
  /** The folder whose `node_modules` they go to. */
  target: string;
  /** As npm takes them. */
  wanted: readonly string[];
  isThere(): boolean;
  /** For people. */
  what: string;
  why: string;
}

type Install = (wish: Wish) => Promise<string | undefined>;

/** Installs by npm; resolves with why it could not be. */
function installer(
  npm: NonNullable<RuntimePackagesOptions['npm']>,
  onProgress: (text: string) => void,
): Install {
  return async ({ target, wanted, isThere, what, why }) => {
    const command = ['install', '--prefix', target, '--ignore-scripts', '--no-audit', '--no-fund', ...wanted];
    await mkdir(target, { recursive: true });
    const manifest = join(target, 'package.json');
    if (!existsSync(manifest)) await writeFile(manifest, '{"private":true}\n');
    const release = await lockWhenFree(target);
    try {
      // Another process may have installed them while this one waited.
      if (isThere()) return undefined;
      onProgress(`Installing ${what} for functions, ${why} (once)`);
      const { failed, output } = await npm(command);
      if (!failed) return undefined;
      const reason = output.trim().split('\n').at(-1)?.trim() || 'it gave no reason';
      return `${what} could not be installed (${reason}), ${why}; with a network, run: npm ${command.join(' ')}`;
    } finally {
      release();
    }
  };
}

/** What the code's own package.json names, as `sam build` brings it. */
async function installOwn(
  { directory, places, folder }: { directory: string; places: readonly string[]; folder: string },
  tried: Map<string, Promise<string | undefined>>,
  installInto: Install,
): Promise<Pick<Prepared, 'own' | 'problem'>> {
  const missing = ownMissing(directory, places);
  if (missing.length === 0) return {};
  const foreign = missing.filter(({ range }) => !FROM_REGISTRY.test(range));
  if (foreign.length > 0) return { problem: notInstalled(foreign, directory) };
  const wanted = missing.map(({ name, range }) => `${name}@${range}`);
  const target = join(
    folder,
    'own',
    createHash('sha256').update(wanted.join('\n')).digest('hex').slice(0, 16),
  );
  const underWay =
    tried.get(target) ??
    installInto({
      target,
      wanted,
      isThere: () => missing.every(({ name }) => isIn(target, name)),
      what: wanted.join(', '),
      why: `for ${join(directory, 'package.json')} names it`,
    });
  tried.set(target, underWay);
  const problem = await underWay;
  return problem === undefined ? { own: target } : { problem };
}

interface Dependency {
  name: string;
  range: string;
}

/** A range of versions or a tag: no address, folder or alias. */
const FROM_REGISTRY = /^[^:/]*$/;

/** Packages that the code asks for, its package.json names, and nobody has installed. A project's own tools are no function's. */
function ownMissing(directory: string, places: readonly string[]): Dependency[] {
  return ownDependencies(directory).filter(
    ({ name }) => !canResolve(directory, places, name) && isAskedFor(directory, name),
  );
}

const notInstalled = (missing: readonly Dependency[], directory: string): string =>
  `${missing.map(({ name }) => name).join(', ')} of ${join(directory, 'package.json')} are not installed: run "npm install" in ${directory}.`;

function isAskedFor(directory: string, name: string): boolean {
  const quoted = name.replaceAll('.', '\\.');
  const asks = new RegExp(`(?:\\bfrom|\\bimport|\\brequire)\\s*\\(?\\s*["'\`]${quoted}["'\`/]`);
  return scriptsIn(directory).some((file) => asks.test(readFileSync(file, 'utf8')));
}

function ownDependencies(directory: string): Dependency[] {
  try {
    const text = readFileSync(join(directory, 'package.json'), 'utf8');
    const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
    return Object.entries(dependencies).map(([name, range]) => ({ name, range: String(range) }));
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
