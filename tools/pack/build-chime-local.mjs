// Builds packages/chime-local into its `dist`: the command, the library, the worker threads, the pages and
// the types.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { MIN_NODE } from '../dependencies.mjs';
import { installedPackagesStayOutside } from '../installed-packages.mjs';
import { writeDeclarations } from './declarations.mjs';

/** Entry points of the bundle. */
const ENTRIES = {
  cli: 'src/cli/bin.ts',
  docker: 'src/cli/docker-bin.ts',
  index: 'src/index.ts',
  testing: 'src/testing.ts',
  'media-worker': 'src/media/worker.ts',
  'speech-worker': 'src/speech/speech-worker.ts',
  'template-worker': 'src/stack/template/template-worker.ts',
  'jsonata-worker': 'src/services/states/jsonata-worker.ts',
};
/** Files that modules read from beside themselves: they keep their places below `dist`. */
const ASSETS = [
  'lambda-runner/bootstrap',
  'lambda-runner/python-requirements.txt',
  'media/sockets/udp-batch.c',
  'services/model/chime-sdk-meetings/model.json',
  'services/model/chime-sdk-voice/model.json',
];
/** Packages of this repository; their code goes into the bundle. */
const OURS = ['page-ui', 'pstn-audio'];

/**
 * All code is in `dist` itself; a module that looks for a file beside itself is given its own former place
 * below `dist`.
 */
const ownPlaces = (source) => ({
  name: 'own-places',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      if (!text.includes('import.meta.')) return undefined;
      const place = `./${path.relative(source, file)}`;
      const preamble = [
        "import { fileURLToPath as pathOfModule } from 'node:url';",
        `const placeOfModule = new URL(${JSON.stringify(place)}, import.meta.url);`,
      ];
      const code = text
        .replaceAll('import.meta.url', 'placeOfModule.href')
        .replaceAll('import.meta.dirname', "pathOfModule(new URL('.', placeOfModule))");
      return { contents: `${preamble.join('\n')}\n${code}`, loader: 'ts' };
    });
  },
});

export async function buildChimeLocal(root) {
  const folder = path.join(root, 'packages', 'chime-local');
  const dist = path.join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  await build({
    absWorkingDir: folder,
    entryPoints: ENTRIES,
    outdir: dist,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: `node${MIN_NODE.join('.')}`,
    define: { CHIME_LOCAL_PACKED: 'true' },
    chunkNames: 'chunk-[hash]',
    logLevel: 'warning',
    plugins: [installedPackagesStayOutside(OURS), ownPlaces(path.join(folder, 'src'))],
  });
  for (const asset of ASSETS) {
    cpSync(path.join(folder, 'src', asset), path.join(dist, asset), { recursive: true });
  }
  const { buildPhonePage } = await import('../../packages/chime-local/phone/build.ts');
  await buildPhonePage(path.join(dist, 'phone'));
  const { buildCallsPage } = await import('../../packages/chime-local/calls-page/build.ts');
  await buildCallsPage(path.join(dist, 'calls-page'));
  writeDeclarations(root, folder);
}
