import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from '../../console/build.ts';
import { buildPhonePage } from '../../local/phone-page/build.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A page that can be built, and what it depends on. */
interface Kind {
  builds: string;
  sources: string[];
  build(outDir: string): Promise<void>;
}

const CONSOLE: Kind = {
  builds: path.join(ROOT, '.local', 'console-builds'),
  sources: ['console', 'contract', 'package-lock.json'],
  build: buildConsole,
};
const PHONE: Kind = {
  builds: path.join(ROOT, '.local', 'phone-page-builds'),
  sources: ['local/phone-page', 'console/src/ui', 'console/src/platform', 'package-lock.json'],
  build: buildPhonePage,
};

/** The folder of the built web client: built by the first test file that needs it, until a source changes. */
export const builtPage = (): Promise<string> => built(CONSOLE);

/** The same of the phone in the page. */
export const builtPhonePage = (): Promise<string> => built(PHONE);

async function built({ builds, sources, build }: Kind): Promise<string> {
  const directory = path.join(builds, await hashOf(sources));
  if (existsSync(path.join(directory, 'index.html'))) return directory;
  await rm(builds, { recursive: true, force: true });
  await mkdir(builds, { recursive: true });
  const building = await mkdtemp(path.join(builds, 'building-'));
  await build(building);
  await rename(building, directory);
  return directory;
}

async function hashOf(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
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
