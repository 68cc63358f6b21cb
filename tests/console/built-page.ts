import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from '../../console/build.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
/** What the built page depends on. */
const SOURCES = ['console', 'contract', 'package-lock.json'];
const BUILDS = path.join(ROOT, '.local', 'console-builds');

/** The folder of the built page: built by the first test file that needs it, until a source changes. */
export async function builtPage(): Promise<string> {
  const directory = path.join(BUILDS, await sourcesHash());
  if (existsSync(path.join(directory, 'index.html'))) return directory;
  await rm(BUILDS, { recursive: true, force: true });
  await mkdir(BUILDS, { recursive: true });
  const building = await mkdtemp(path.join(BUILDS, 'building-'));
  await buildConsole(building);
  await rename(building, directory);
  return directory;
}

async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of await filesOf(path.join(ROOT, source))) hash.update(file).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesOf(from: string): Promise<string[]> {
  if (path.extname(from) !== '') return [from];
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const dist = path.join(from, 'dist') + path.sep;
  return files.filter((file) => !file.startsWith(dist) && !file.endsWith('.test.ts')).sort();
}
