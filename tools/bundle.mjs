// One file instead of hundreds: TypeScript entries are bundled into `.local/build` when a source has changed, so
// that a start does not transform and look up each module. The bundle is readable: each module begins with its name, and
// a source map leads debuggers to the sources.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { MIN_NODE, root } from './dependencies.mjs';
import { installedPackagesStayOutside } from './installed-packages.mjs';

const FOLDER = path.join(root, '.local', 'build');
/** Where the bundles are, as `threadEntry` of the runtime takes it. */
export const BUNDLES = pathToFileURL(`${FOLDER}/`).href;

/** Size and time of a file: a source that has neither changed is the same. */
function stateOf(file) {
  const stat = statSync(path.join(root, file), { throwIfNoEntry: false });
  return stat ? `${stat.size} ${stat.mtimeMs}` : 'gone';
}

/** In a bundle, `import.meta` would be the bundle's; each module keeps its own. */
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

/** Threads of the runtime: bundled, too, so that none of them brings a loader for TypeScript along. By their bundles' names. */
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
    // A debugger stops in the sources by it; nothing reads it otherwise. It is not named after the unfinished file.
    sourcemap: 'external',
    sourcesContent: false,
    footer: { js: `//# sourceMappingURL=${path.basename(outfile)}.map` },
    logLevel: 'silent',
    // Where the bundles of the threads are.
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

/** Makes the bundles, given as entry and file, whose sources have changed. */
async function buildStale(bundles) {
  const stale = bundles.filter((bundle) => !isFresh(bundle[1]));
  if (stale.length === 0) return;
  mkdirSync(FOLDER, { recursive: true });
  await Promise.all(stale.map((bundle) => build(...bundle)));
  // Its process would stay as long as this one.
  await (await import('esbuild')).stop();
}

const threadBundles = () =>
  Object.entries(THREADS).map(([name, thread]) => [thread, path.join(FOLDER, `${name}.mjs`)]);

/** Imports a TypeScript entry (relative to the root) by its bundle, made now if a source has changed. */
export async function importBundled(entry) {
  const outfile = path.join(FOLDER, `${entry.replaceAll('/', '-').replace(/\.ts$/, '')}.mjs`);
  await buildStale([[entry, outfile], ...threadBundles()]);
  return import(pathToFileURL(outfile).href);
}

/** Bundles the threads whose sources have changed, for what starts them from `BUNDLES`. */
export const bundleThreads = () => buildStale(threadBundles());

function isFresh(outfile) {
  const inputsFile = `${outfile}.inputs.json`;
  if (!existsSync(outfile) || !existsSync(inputsFile)) return false;
  const inputs = JSON.parse(readFileSync(inputsFile, 'utf8'));
  return Object.entries(inputs).every(([input, state]) => stateOf(input) === state);
}
