// While a package is packed, its manifest refers to the built files instead of the sources; afterwards it is
// restored.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Members of a manifest that only a checkout needs. */
const FOR_THE_CHECKOUT = ['devDependencies', 'imports', 'scripts'];

const kept = (folder) => path.join(folder, 'package.json.checkout');

/** The commands of a checkout, which are run from their sources, and their files in the built package. */
const BUILT_COMMANDS = {
  'bin/chime-local.mjs': 'dist/cli.js',
  'bin/chime-local-docker.mjs': 'dist/docker.js',
};

/** The path of `./src/a/b.ts` in the built package. */
const builtEntry = (source) => {
  if (!source.startsWith('./src/')) return source;
  const inner = source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '');
  return { types: `${inner}.d.ts`, default: `${inner}.js` };
};

/** The manifest of the published package, derived from that of the checkout. */
export function publishedManifest(manifest) {
  const published = Object.fromEntries(
    Object.entries(manifest).filter(([name]) => !FOR_THE_CHECKOUT.includes(name)),
  );
  const entries = Object.entries(manifest.exports).filter(([name]) => !name.includes('*'));
  published.exports = Object.fromEntries(entries.map(([name, source]) => [name, builtEntry(source)]));
  published.exports['./package.json'] = './package.json';
  if (manifest.bin) {
    const commands = Object.entries(manifest.bin).map(([name, source]) => [name, BUILT_COMMANDS[source]]);
    published.bin = Object.fromEntries(commands);
  }
  return published;
}

/** Replaces the checkout's manifest with the published one; `restoreManifest` brings it back. */
export function publishManifest(folder) {
  const file = path.join(folder, 'package.json');
  // Left behind by a run that was killed.
  if (existsSync(kept(folder))) renameSync(kept(folder), file);
  const text = readFileSync(file, 'utf8');
  writeFileSync(kept(folder), text);
  writeFileSync(file, `${JSON.stringify(publishedManifest(JSON.parse(text)), null, 2)}\n`);
}

export function restoreManifest(folder) {
  if (existsSync(kept(folder))) renameSync(kept(folder), path.join(folder, 'package.json'));
}
