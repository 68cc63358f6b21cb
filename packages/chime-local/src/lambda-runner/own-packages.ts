/** Packages that are named in the package.json of a function's code but not installed beside it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isObject } from '#platform';
import type { Install } from './npm-install.ts';

/**
 * Maximum number and size of a function's files that are searched for imports. Ours: larger code brings its
 * packages along.
 */
const MAX_FILES = 500;
const MAX_FILE_BYTES = 20 * 1024 * 1024;

/** The folder of the packages installed for some code, or the reason why they could not be installed. */
export interface OwnPackages {
  /** The folder whose `node_modules` contains them. */
  own?: string;
  /** A sentence for the user, with the command that helps. */
  problem?: string;
}

interface Dependency {
  name: string;
  range: string;
  /** The folder of the package.json that names it. */
  directory: string;
}

/** Matches a version range or a tag, but no address, folder or alias. */
const FROM_REGISTRY = /^[^:/]*$/;

/**
 * Installs packages named in package.json files into subfolders of `folder`. What fails is not tried again in
 * this run.
 */
export class OwnInstaller {
  readonly #folder: string;
  readonly #install: Install;
  readonly #tried = new Map<string, Promise<string | undefined>>();

  constructor(folder: string, install: Install) {
    this.#folder = folder;
    this.#install = install;
  }

  /** Installs what the code imports and its package.json names but nobody has installed, like `sam build`. */
  async forCode(directory: string, places: readonly string[], handler = ''): Promise<OwnPackages> {
    return this.#installed(ownMissing(directory, [...places, this.#folder], handler));
  }

  /**
   * Installs what a bundle of the sources in `directory` lacks, in the version that the nearest package.json
   * names.
   */
  async forBundle(directory: string, names: readonly string[]): Promise<OwnPackages> {
    const found = names.map((name) => namedAbove(directory, name));
    const unknown = names.filter((_, index) => found[index] === undefined);
    if (unknown.length > 0) {
      const those = unknown.join(', ');
      const problem = `${those} ${unknown.length === 1 ? 'is' : 'are'} not installed, and no package.json names ${unknown.length === 1 ? 'it' : 'them'}: run "npm install ${unknown.join(' ')}" in ${directory}.`;
      return { problem };
    }
    return this.#installed(found.filter((one) => one !== undefined));
  }

  async #installed(missing: readonly Dependency[]): Promise<OwnPackages> {
    const [first] = missing;
    if (!first) return {};
    const foreign = missing.filter(({ range }) => !FROM_REGISTRY.test(range));
    if (foreign.length > 0) return { problem: notInstalled(foreign, first.directory) };
    const wanted = missing.map(({ name, range }) => `${name}@${range}`);
    const key = createHash('sha256').update(wanted.join('\n')).digest('hex').slice(0, 16);
    const target = join(this.#folder, 'own', key);
    const underWay =
      this.#tried.get(target) ??
      this.#install({
        target,
        wanted,
        isThere: () => missing.every(({ name }) => isIn(target, name)),
        what: wanted.join(', '),
        why: `for ${join(first.directory, 'package.json')} names it`,
      });
    this.#tried.set(target, underWay);
    const problem = await underWay;
    return problem === undefined ? { own: target } : { problem };
  }
}

/** The dependency as the nearest package.json names it, including dev dependencies, as those are bundled, too. */
function namedAbove(directory: string, name: string): Dependency | undefined {
  const range = rangesIn(directory, ['dependencies', 'devDependencies', 'optionalDependencies'])[name];
  if (range !== undefined) return { name, range: String(range), directory };
  const parent = dirname(directory);
  return parent === directory ? undefined : namedAbove(parent, name);
}

/**
 * The packages that the code imports and its package.json names but nobody has installed; dev dependencies do
 * not count.
 */
function ownMissing(directory: string, places: readonly string[], handler: string): Dependency[] {
  const missing = ownDependencies(directory).filter(({ name }) => !canResolve(directory, places, name));
  if (missing.length === 0) return [];
  const scripts = reachedFrom(directory, handler) ?? scriptsIn(directory);
  return missing.filter(({ name }) => isAskedFor(scripts, name));
}

/** Matches an import of a path; below, one whose name is computed. */
const OF_PATH = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'`](\.{1,2}\/[^"'`]*|\.{1,2})["'`]/g;
const COMPUTED = /\b(?:require|import)\s*\(\s*[^"'`\s)]/;
const ENDINGS = ['', '.js', '.mjs', '.cjs', '/index.js', '/index.mjs', '/index.cjs'];

const scriptAt = (place: string): string | undefined =>
  ENDINGS.map((ending) => place + ending).find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());

/**
 * The handler's file and the files that it imports by path, as a project's other scripts do not belong to the
 * function. Undefined if that cannot be determined.
 */
function reachedFrom(directory: string, handler: string): string[] | undefined {
  const entry = scriptAt(join(directory, handler.replace(/\.[^./]+$/, '')));
  if (handler === '' || entry === undefined) return undefined;
  const reached = new Set([entry]);
  for (const file of reached) {
    const text = readFileSync(file, 'utf8');
    if (COMPUTED.test(text) || reached.size > MAX_FILES) return undefined;
    for (const [, to = ''] of text.matchAll(OF_PATH)) {
      const script = scriptAt(join(dirname(file), to));
      if (script !== undefined && !script.endsWith('.json')) reached.add(script);
    }
  }
  return [...reached];
}

const notInstalled = (missing: readonly Dependency[], directory: string): string =>
  `${missing.map(({ name }) => name).join(', ')} of ${join(directory, 'package.json')} are not installed: run "npm install" in ${directory}.`;

function isAskedFor(scripts: readonly string[], name: string): boolean {
  const quoted = name.replaceAll('.', '\\.');
  const asks = new RegExp(`(?:\\bfrom|\\bimport|\\brequire)\\s*\\(?\\s*["'\`]${quoted}["'\`/]`);
  return scripts.some((file) => asks.test(readFileSync(file, 'utf8')));
}

function ownDependencies(directory: string): Dependency[] {
  const ranges = rangesIn(directory, ['dependencies']);
  return Object.entries(ranges).map(([name, range]) => ({ name, range: String(range), directory }));
}

/** Version ranges by package name from the given members of the folder's package.json. */
function rangesIn(directory: string, members: readonly string[]): Record<string, unknown> {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const parts = members.map((member) => (isObject(manifest) ? manifest[member] : undefined));
    return Object.assign({}, ...parts.filter(isObject));
  } catch {
    // There is none, or it cannot be read: the function itself will report what it lacks.
    return {};
  }
}

export const isIn = (folder: string, name: string): boolean => existsSync(join(folder, 'node_modules', name));

/** Whether the package is found from the code's folder upwards or in one of the other places. */
export function canResolve(directory: string, places: readonly string[], name: string): boolean {
  if (places.some((place) => isIn(place, name))) return true;
  const paths = createRequire(join(directory, 'index.js')).resolve.paths(name) ?? [];
  return paths.some((path) => existsSync(join(path, name)));
}

export function scriptsIn(directory: string, found: string[] = []): string[] {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (found.length >= MAX_FILES) break;
    const full = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== '.git') scriptsIn(full, found);
    } else if (/\.[cm]?js$/.test(entry.name) && statSync(full).size <= MAX_FILE_BYTES) found.push(full);
  }
  return found;
}
