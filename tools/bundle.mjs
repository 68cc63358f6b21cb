// Bundles TypeScript entries into `.local/build` when a source has changed: one file instead of hundreds, so
// that a start does not transform and resolve each module. The bundle is readable: each module begins with
// its name, and a source map leads debuggers to the sources.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { MIN_NODE, root } from './dependencies.mjs';
import { installedPackagesStayOutside } from './installed-packages.mjs';

const FOLDER = path.join(root, '.local', 'build');
/** The folder of the bundles, in the form that the runtime's `threadEntry` takes. */
export const BUNDLES = pathToFileURL(`${FOLDER}/`).href;

/** Size and modification time of a file: a source is unchanged if both are. */
function stateOf(file) {
  const stat = statSync(path.join(root, file), { throwIfNoEntry: false });
  return stat ? `${stat.size} ${stat.mtimeMs}` : 'gone';
}

/** In a bundle, `import.meta` would be that of the bundle; this plugin gives each module its own. */
const ownAddresses = {
  name: 'own-addresses',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      if (!text.includes('import.meta.')) return undefined;
      const contents = text
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
        .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)));
      return { contents, loader: 'ts' };
    });
  },
};

/** Packages of this repository: their TypeScript goes into the bundle, while installed packages stay outside. */
const OURS = ['chime-local', 'live-call', 'page-ui', 'pstn-audio'];

/**
 * The runtime's threads by the names of their bundles. They are bundled, too, so that none of them needs a
 * TypeScript loader.
 */
const THREADS = {
  'media-worker': 'packages/chime-local/src/media/worker.ts',
  'speech-worker': 'packages/chime-local/src/speech/speech-worker.ts',
  'template-worker': 'packages/chime-local/src/stack/template/template-worker.ts',
  'jsonata-worker': 'packages/chime-local/src/services/states/jsonata-worker.ts',
};

async function build(entry, outfile) {
  const esbuild = await import('esbuild');
  const unfinished = `${outfile}.${process.pid}.mjs`;
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: unfinished,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: `node${MIN_NODE.join('.')}`,
    metafile: true,
    // Lets a debugger stop in the sources; nothing else reads it. It must not be named after the unfinished
    // file.
    sourcemap: 'external',
    sourcesContent: false,
    footer: { js: `//# sourceMappingURL=${path.basename(outfile)}.map` },
    logLevel: 'silent',
    // The folder of the threads' bundles.
    define: { CHIME_LOCAL_BUNDLES: JSON.stringify(BUNDLES) },
    plugins: [installedPackagesStayOutside(OURS), ownAddresses],
  });
  const sources = [...Object.keys(metafile.inputs), 'tools/bundle.mjs', 'tools/installed-packages.mjs'];
  const inputs = Object.fromEntries(sources.map((input) => [input, stateOf(input)]));
  renameSync(`${unfinished}.map`, `${outfile}.map`);
  renameSync(unfinished, outfile);
  writeFileSync(`${outfile}.${process.pid}.json`, JSON.stringify(inputs));
  renameSync(`${outfile}.${process.pid}.json`, `${outfile}.inputs.json`);
}

/** Builds those of the bundles, given as entry and file, whose sources have changed. */
async function buildStale(bundles) {
  const stale = bundles.filter((bundle) => !isFresh(bundle[1]));
  if (stale.length === 0) return;
  mkdirSync(FOLDER, { recursive: true });
  await Promise.all(stale.map((bundle) => build(...bundle)));
  // Otherwise esbuild's process would live as long as this one.
  await (await import('esbuild')).stop();
}

const threadBundles = () =>
  Object.entries(THREADS).map(([name, thread]) => [thread, path.join(FOLDER, `${name}.mjs`)]);

/** Imports the bundle of a TypeScript entry (relative to the root), after building it if a source has changed. */
export async function importBundled(entry) {
  const outfile = path.join(FOLDER, `${entry.replaceAll('/', '-').replace(/\.ts$/, '')}.mjs`);
  await buildStale([[entry, outfile], ...threadBundles()]);
  return import(pathToFileURL(outfile).href);
}

/** Builds the threads' bundles whose sources have changed, for code that starts threads from `BUNDLES`. */
export const bundleThreads = () => buildStale(threadBundles());

function isFresh(outfile) {
  const inputsFile = `${outfile}.inputs.json`;
  if (!existsSync(outfile) || !existsSync(inputsFile)) return false;
  const inputs = JSON.parse(readFileSync(inputsFile, 'utf8'));
  return Object.entries(inputs).every(([input, state]) => stateOf(input) === state);
}
