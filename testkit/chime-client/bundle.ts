import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '..', '..');
const BUILDS = path.join(ROOT, '.local', 'chime-client-builds');
const FILE = 'page.js';

/**
 * The bundled page as text. The first test that needs it builds it; later ones reuse it until a source or a
 * dependency changes.
 */
export async function bundledPage(): Promise<string> {
  const directory = path.join(BUILDS, await hashOfSources());
  if (!existsSync(path.join(directory, FILE))) await bundle(directory);
  return readFile(path.join(directory, FILE), 'utf8');
}

async function bundle(directory: string): Promise<void> {
  await mkdir(BUILDS, { recursive: true });
  const building = await mkdtemp(path.join(BUILDS, 'building-'));
  await build({
    entryPoints: [path.join(HERE, 'page.ts')],
    outfile: path.join(building, FILE),
    bundle: true,
    format: 'iife',
    target: 'es2022',
    // With the default order of fields, a dependency of the package would import Node's modules.
    mainFields: ['browser', 'module', 'main'],
    define: { global: 'window' },
    logLevel: 'silent',
  });
  // Another test may have finished its build first.
  await rename(building, directory).catch(() => rm(building, { recursive: true, force: true }));
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await readFile(path.join(ROOT, 'package-lock.json')));
  for (const name of (await readdir(HERE)).sort()) hash.update(await readFile(path.join(HERE, name)));
  return hash.digest('hex').slice(0, 16);
}
