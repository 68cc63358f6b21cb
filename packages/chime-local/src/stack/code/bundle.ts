import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BuildFailure, BuildOptions, BuildResult, Metafile, Plugin } from 'esbuild';
import type { SourceBuild } from '#template';
import { bundleRoot } from './source-roots.ts';

/** A bundle that esbuild made at synthesis, with a metafile or source map that lists its sources. */
export interface Bundle extends SourceBuild {
  directory: string;
  /** Absolute paths of the project's own sources in the bundle. */
  inputs: string[];
}

/** Packages of Lambda's runtimes. If the bundle left out one of them, rebuilds leave out all of them. */
const RUNTIME_PACKAGES = /^@(aws-sdk|smithy)\//;

let rebuilt: string | undefined;

/** The folder of the bundles that this process rebuilds; it is deleted when the process exits. */
function rebuiltCode(): string {
  if (rebuilt) return rebuilt;
  const folder = mkdtempSync(path.join(tmpdir(), 'chime-local-code-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  rebuilt = folder;
  return folder;
}

/** The project's own sources, without installed packages. */
function ownInputs(metafile: Metafile): string[] {
  return Object.keys(metafile.inputs).filter(
    (input) => !input.includes('node_modules/') && !input.includes(':'),
  );
}

function externalOf(output: Metafile['outputs'][string]): string[] {
  const left = output.imports.filter(({ external }) => external).map((imported) => imported.path);
  const runtimes = left.some((name) => RUNTIME_PACKAGES.test(name)) ? ['@aws-sdk/*', '@smithy/*'] : [];
  return [...new Set([...left, ...runtimes])];
}

/** Names of files beside a bundle that list its sources. */
const METAFILES = ['index.meta.json', 'index.mjs.meta.json'];
const SOURCE_MAPS = ['index.mjs.map', 'index.js.map'];

/** Whether the folder contains a bundle with a list of its sources. */
export function isBundle(directory: string): boolean {
  return [...METAFILES, ...SOURCE_MAPS].some((name) => existsSync(path.join(directory, name)));
}

/** Undefined if the bundle does not list its sources, or they are not on this machine. */
export function readBundle(directory: string): Bundle | undefined {
  return readMetafile(directory) ?? readSourceMap(directory);
}

/** A source map names sources relative to itself and dependencies first, so the entry is the last one. */
function readSourceMap(directory: string): Bundle | undefined {
  const mapName = SOURCE_MAPS.find((name) => existsSync(path.join(directory, name)));
  if (mapName === undefined) return undefined;
  const map = JSON.parse(readFileSync(path.join(directory, mapName), 'utf8')) as { sources?: string[] };
  const sources = (map.sources ?? []).filter((source) => !source.includes(':'));
  const installed = (source: string): boolean => source.includes('node_modules/');
  const inputs = sources.filter((one) => !installed(one)).map((one) => path.resolve(directory, one));
  const entry = inputs.at(-1);
  if (entry === undefined || !inputs.every((input) => existsSync(input))) return undefined;
  const bringsSdk = sources.some((source) => /node_modules\/@(aws-sdk|smithy)\//.test(source));
  return {
    directory,
    outputName: path.basename(mapName, '.map'),
    entry,
    inputs,
    root: path.dirname(entry),
    external: bringsSdk ? [] : ['@aws-sdk/*', '@smithy/*'],
  };
}

function readMetafile(directory: string): Bundle | undefined {
  const metaFile = METAFILES.map((name) => path.join(directory, name)).find((file) => existsSync(file));
  if (metaFile === undefined) return undefined;
  const metafile = JSON.parse(readFileSync(metaFile, 'utf8')) as Metafile;
  const main = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint);
  if (!main?.[1].entryPoint) return undefined;
  const names = ownInputs(metafile);
  const root = bundleRoot(directory, [main[1].entryPoint, ...names]);
  if (root === undefined) return undefined;
  return {
    directory,
    outputName: path.basename(main[0]),
    entry: path.resolve(root, main[1].entryPoint),
    inputs: names.map((name) => path.resolve(root, name)),
    root,
    external: externalOf(main[1]),
  };
}

/** Packages of Lambda's runtimes; they are left out if the project itself does not have them. */
const RUNTIMES_OWN = /^(@aws-sdk\/|@smithy\/|aws-sdk($|\/))/;

/**
 * An esbuild plugin that marks packages of Lambda's runtime as external if they are not installed beside the
 * source.
 */
const runtimesPackages: Plugin = {
  name: 'packages-of-the-runtime',
  setup({ onResolve, resolve }) {
    onResolve({ filter: RUNTIMES_OWN }, async ({ path: name, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === 'asked') return undefined;
      const found = await resolve(name, { importer, resolveDir, kind, pluginData: 'asked' });
      return found.errors.length > 0 ? { path: name, external: true } : found;
    });
  },
};

/**
 * Provides packages that a folder's sources lack: returns the folder that has them, or a sentence with a
 * command that helps.
 */
export type BringPackages = (
  directory: string,
  names: readonly string[],
) => Promise<{ own?: string; problem?: string }>;

/** Extracts a package's name from esbuild's message about a missing one; paths and aliases do not match. */
const MISSING = /^Could not resolve "((?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*)(?:\/[^"]*)?"/;

const missingIn = (error: unknown): string[] => {
  const { errors = [] } = error as Partial<BuildFailure>;
  return [...new Set(errors.map(({ text }) => MISSING.exec(text)?.[1]).filter((name) => name !== undefined))];
};

/**
 * Builds. If packages are missing, it builds again with those that `bring` provides, or the error tells what
 * to do.
 */
async function built<Options extends BuildOptions>(
  directory: string,
  bring: BringPackages,
  build: (options: Options) => Promise<BuildResult<Options>>,
  options: Options,
): Promise<BuildResult<Options>> {
  try {
    return await build(options);
  } catch (error) {
    const names = missingIn(error);
    if (names.length === 0) throw error;
    const { own, problem } = await bring(directory, names);
    if (own === undefined) throw new Error(`${(error as Error).message}\n${problem}`);
    return build({ ...options, nodePaths: [...(options.nodePaths ?? []), path.join(own, 'node_modules')] });
  }
}

/** The default if nothing provides packages. */
const bringNothing: BringPackages = async (directory) => ({
  problem: `It is not installed: run "npm install" in ${directory}, then start again.`,
});

/** Rebuilds the entry in a folder of its own, as synthesis does. Rejects with esbuild's message. */
export async function bundleFromSource(bundle: Bundle, bring = bringNothing): Promise<Bundle> {
  // Imported only when needed, because code does not change in most runs.
  const { build } = await import('esbuild');
  const directory = mkdtempSync(path.join(rebuiltCode(), 'bundle-'));
  const esm = bundle.outputName.endsWith('.mjs');
  const result = await built(path.dirname(bundle.entry), bring, build, {
    absWorkingDir: bundle.root,
    entryPoints: [bundle.entry],
    outfile: path.join(directory, bundle.outputName),
    bundle: true,
    external: bundle.external,
    plugins: [runtimesPackages],
    platform: 'node',
    target: 'node20',
    format: esm ? 'esm' : 'cjs',
    // A CommonJS part inside an ES module would call `require`, which does not exist there.
    ...(esm ? { mainFields: ['module', 'main'] } : {}),
    minify: !bundle.readable,
    ...bundle.options,
    sourcemap: true,
    metafile: true,
    logLevel: 'silent',
  });
  const inputs = ownInputs(result.metafile).map((name) => path.resolve(bundle.root, name));
  return { ...bundle, directory, inputs };
}
