import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Metafile } from 'esbuild';

/** A bundle that esbuild made at synthesis, with the metafile that says from what. */
export interface Bundle {
  directory: string;
  /** `index.js` or `index.mjs`. */
  outputName: string;
  /** Absolute path of the entry's source. */
  entry: string;
  /** Absolute paths of the project's own sources in it. */
  inputs: string[];
}

let rebuilt: string | undefined;

/** The folder of what this process bundles again; gone when the process ends. */
function rebuiltCode(): string {
  if (rebuilt) return rebuilt;
  const folder = mkdtempSync(path.join(tmpdir(), 'chime-local-code-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  rebuilt = folder;
  return folder;
}

/** The sources that a person edits: not what was installed. */
function ownInputs(metafile: Metafile, root: string): string[] {
  return Object.keys(metafile.inputs)
    .filter((input) => !input.includes('node_modules/') && !input.includes(':'))
    .map((input) => path.resolve(root, input))
    .filter((input) => existsSync(input));
}

/** Reads a bundle's metafile; undefined when it has none or its sources are not on this machine. */
export function readBundle(directory: string, root = process.cwd()): Bundle | undefined {
  const metaFile = path.join(directory, 'index.meta.json');
  if (!existsSync(metaFile)) return undefined;
  const metafile = JSON.parse(readFileSync(metaFile, 'utf8')) as Metafile;
  const main = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint);
  if (!main?.[1].entryPoint) return undefined;
  const entry = path.resolve(root, main[1].entryPoint);
  if (!existsSync(entry)) return undefined;
  return { directory, outputName: path.basename(main[0]), entry, inputs: ownInputs(metafile, root) };
}

/** Bundles the entry again, in a folder of its own, as synthesis does. Rejects with esbuild's words. */
export async function bundleFromSource(bundle: Bundle, root = process.cwd()): Promise<Bundle> {
  // Loaded when it is needed: most runs never change code.
  const { build } = await import('esbuild');
  const directory = mkdtempSync(path.join(rebuiltCode(), 'bundle-'));
  const esm = bundle.outputName.endsWith('.mjs');
  const result = await build({
    absWorkingDir: root,
    entryPoints: [bundle.entry],
    outfile: path.join(directory, bundle.outputName),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: esm ? 'esm' : 'cjs',
    // A CommonJS part inside an ES module would ask for `require`, which is not there.
    ...(esm ? { mainFields: ['module', 'main'] } : {}),
    minify: true,
    sourcemap: true,
    metafile: true,
    logLevel: 'silent',
  });
  return { ...bundle, directory, inputs: ownInputs(result.metafile, root) };
}
