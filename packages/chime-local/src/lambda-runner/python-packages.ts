/** Packages that Python functions need and this machine may lack, installed once by pip into the runtime's cache. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALL_MS, lockWhenFree } from './install-lock.ts';

export interface PythonPackages {
  /** Returns folders for the function's PYTHONPATH, and the reason if something could not be installed. */
  prepare(code: { directory: string }, runtime: string, python: string): Promise<PythonPrepared>;
}

interface PythonPrepared {
  paths: string[];
  /** A sentence for the user. */
  problem?: string;
}

export interface PythonPackagesOptions {
  folder: string;
  onProgress(text: string): void;
  /** Runs an interpreter; tests pass a fake. */
  pip?: (python: string, args: string[]) => Promise<{ failed: boolean; output: string }>;
}

interface Wish {
  /** The packages, for people. */
  what: string;
  /** The arguments of pip that name them. */
  arguments: string[];
  /** Name of the folder. */
  key: string;
}

/**
 * The last boto3 whose `chime` client has SIP media applications, numbers and meetings; it is the version in
 * Lambda's last image for python3.8. Later versions dropped them.
 */
const LEGACY_CHIME = 'boto3==1.34.145';
/** Minor version of the newest Python runtime whose image had such a boto3. */
const LAST_WITH_LEGACY_CHIME = 9;
/** Matches a client of the namespace `chime`, e.g. `boto3.client("chime")`. */
const CHIME_CLIENT = /\bclient\(\s*(?:service_name\s*=\s*)?["']chime["']/;
/** Packages in Lambda's image and in the interpreter's environment. */
const IN_IMAGE = ['boto3', 'botocore', 's3transfer', 'urllib3', 'jmespath', 'python-dateutil', 'six'];
/** Maximum number of a function's files that are searched for clients. Ours. */
const MAX_FILES = 300;

export function createPythonPackages(options: PythonPackagesOptions): PythonPackages {
  const { folder, onProgress, pip = runPip } = options;
  const tried = new Map<string, Promise<string | undefined>>();
  const install = async (
    { what, arguments: named, key }: Wish,
    python: string,
  ): Promise<string | undefined> => {
    const target = join(folder, key);
    const stamp = join(target, '.installed');
    await mkdir(folder, { recursive: true });
    const release = await lockWhenFree(folder);
    try {
      if (existsSync(stamp)) return undefined;
      onProgress(`Installing ${what} for Python functions (once)`);
      await rm(target, { recursive: true, force: true });
      const command = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--quiet'];
      const args = [...command, '--target', target, ...named];
      const { failed, output } = await pip(python, args);
      if (!failed) {
        await mkdir(target, { recursive: true });
        await writeFile(stamp, `${named.join(' ')}\n`);
        return undefined;
      }
      const why = output.trim().split('\n').at(-1)?.trim() || 'it gave no reason';
      return `${what} could not be installed (${why}). With a network, run: ${python} ${args.join(' ')}`;
    } finally {
      release();
    }
  };
  return {
    async prepare({ directory }, runtime, python) {
      const paths: string[] = [];
      const problems: string[] = [];
      for (const wish of wishesOf(directory, runtime)) {
        const place = `${wish.key} ${python}`;
        const under = tried.get(place) ?? install(wish, python);
        tried.set(place, under);
        const problem = await under;
        if (problem) problems.push(problem);
        else paths.push(join(folder, wish.key));
      }
      return { paths, ...(problems[0] ? { problem: problems[0] } : {}) };
    },
  };
}

function wishesOf(directory: string, runtime: string): Wish[] {
  const wishes: Wish[] = [];
  const requirements = join(directory, 'requirements.txt');
  const lacking = existsSync(requirements) ? lackingOf(readFileSync(requirements, 'utf8'), directory) : [];
  if (lacking.length > 0) {
    const key = createHash('sha256').update(lacking.join('\n')).digest('hex').slice(0, 16);
    wishes.push({ what: lacking.join(', '), arguments: lacking, key });
  }
  const minor = Number(/^python3\.(\d+)$/.exec(runtime)?.[1]);
  if (minor <= LAST_WITH_LEGACY_CHIME && asksForLegacyChime(directory)) {
    wishes.push({ what: LEGACY_CHIME, arguments: [LEGACY_CHIME], key: 'legacy-chime' });
  }
  return wishes;
}

/** The requirements that are not installed in the folder, where `sam build` and layers put them beside the code. */
function lackingOf(text: string, directory: string): string[] {
  const installed = readdirSync(directory)
    .map((name) => /^(.+?)-[^-]+\.(?:dist|egg)-info$/.exec(name)?.[1])
    .filter((name) => name !== undefined)
    .map(normalised);
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => /^[A-Za-z0-9]/.test(line))
    .filter((line) => {
      const name = normalised(/^[A-Za-z0-9._-]+/.exec(line)?.[0] ?? '');
      return !IN_IMAGE.includes(name) && !installed.includes(name);
    });
}

/** Normalises names for comparison according to PEP 503. */
const normalised = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

function asksForLegacyChime(directory: string): boolean {
  const files = readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.py'))
    .slice(0, MAX_FILES);
  return files.some(({ parentPath, name }) =>
    CHIME_CLIENT.test(readFileSync(join(parentPath, name), 'utf8')),
  );
}

function runPip(python: string, args: string[]): Promise<{ failed: boolean; output: string }> {
  return new Promise((resolve) => {
    execFile(python, args, { timeout: INSTALL_MS, maxBuffer: 4 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: error ? `${stdout}\n${stderr || error.message}` : stdout });
    });
  });
}
