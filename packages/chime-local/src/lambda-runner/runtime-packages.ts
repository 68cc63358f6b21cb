import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installer, type Npm, runNpm } from './npm-install.ts';
import { canResolve, isIn, OwnInstaller, type OwnPackages, scriptsIn } from './own-packages.ts';

/** Packages of Lambda's Node.js images that functions need and this machine may lack, installed once by npm. */
export interface RuntimePackages {
  /** The folder whose `node_modules` contains them. */
  readonly folder: string;
  /**
   * Makes sure that the packages are there. `places` are folders with a `node_modules` that the function
   * searches, too; only the code that `handler` reaches counts for its own package.json. Resolves with the
   * names that the code imports, and the reason why some could not be installed.
   */
  prepare(
    code: { directory: string; version: string },
    runtime: string,
    places: readonly string[],
    handler?: string,
  ): Promise<Prepared>;
  /**
   * Installs packages that a bundle of the sources in a folder lacks, in the versions that its package.json
   * names.
   */
  forBundle(directory: string, names: readonly string[]): Promise<OwnPackages>;
}

/**
 * The result, including the packages that the code's own package.json names and that were not installed
 * beside it.
 */
export interface Prepared extends OwnPackages {
  names: readonly string[];
}

export interface RuntimePackagesOptions {
  folder: string;
  onProgress(text: string): void;
  /** Runs npm; tests pass a fake. */
  npm?: Npm;
}

/** Developer guide, "Building Lambda functions with Node.js": version 3 since nodejs18.x, version 2 before. */
const IN_EVERY_IMAGE = /^@(aws-sdk|smithy)\//;
const VERSION_2 = 'aws-sdk';
const LAST_WITH_VERSION_2 = 16;
/**
 * A version of the client for the namespace `chime` that has SIP media applications, numbers and meetings,
 * for which older functions use it. Later versions dropped them.
 */
const VERSIONS: Readonly<Record<string, string>> = { [VERSION_2]: '2', '@aws-sdk/client-chime': '3.624.0' };
/**
 * Packages that SDKs look for but can do without (AWS SDK for JavaScript, "Sigv4a"); every bundle of a client
 * names them.
 */
const OPTIONAL = /^@(?:aws-sdk|smithy)\/(?:signature-v4a|.*-crt|crt-loader)$/;
/** Matches an import or require of such a package, in sources and in bundles. */
const IMPORT =
  /(?:\bfrom|\bimport|require)\s*\(?\s*["'`]((?:@aws-sdk|@smithy)\/[a-z0-9][a-z0-9-]*|aws-sdk)(?:\/[^"'`\s]*)?["'`]/g;
export function createRuntimePackages(options: RuntimePackagesOptions): RuntimePackages {
  const { folder, onProgress, npm = runNpm } = options;
  /** Names that npm was asked for in this run: a second attempt would take as long and fail again. */
  const tried = new Map<string, Promise<string | undefined>>();
  let last: Promise<unknown> = Promise.resolve();
  const installInto = installer(npm, onProgress);
  const owns = new OwnInstaller(folder, installInto);
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
    forBundle: (directory, names) => owns.forBundle(directory, names),
    async prepare({ directory, version }, runtime, places, handler) {
      const names = (await namesOf(directory, version)).filter((name) => isInImage(name, runtime));
      const here = (name: string): string[] => (isCurrent(folder, name) ? [...places, folder] : [...places]);
      const missing = names.filter((name) => !canResolve(directory, here(name), name));
      const fresh = missing.filter((name) => !tried.has(name));
      if (fresh.length > 0) {
        // One after the other, because npm must not run twice in a folder.
        const installing = last.then(() => install(fresh));
        last = installing.catch(() => undefined);
        for (const name of fresh) tried.set(name, installing);
      }
      const problems = await Promise.all(missing.map((name) => tried.get(name)));
      const { own, problem = problems.find((text) => text !== undefined) } = await owns.forCode(
        directory,
        places,
        handler,
      );
      return { names, ...(own === undefined ? {} : { own }), ...(problem === undefined ? {} : { problem }) };
    },
  };
}

/**
 * Whether the package is there, in the exact version if one is required: an earlier run may have installed
 * another.
 */
function isCurrent(folder: string, name: string): boolean {
  if (!isIn(folder, name)) return false;
  const wanted = VERSIONS[name] ?? '';
  if (!wanted.includes('.')) return true;
  const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version?: string }).version === wanted;
}

function isInImage(name: string, runtime: string): boolean {
  if (OPTIONAL.test(name)) return false;
  if (IN_EVERY_IMAGE.test(name)) return true;
  return Number(/^nodejs(\d+)/.exec(runtime)?.[1]) <= LAST_WITH_VERSION_2;
}

const namesByVersion = new Map<string, string[]>();
const MAX_REMEMBERED = 200;

/** Packages of Lambda's image that the code imports. Packages in its own `node_modules` are not searched. */
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
