import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PythonInterpreter } from './lambda-runner.ts';

/** The oldest Python on which boto3 and the functions run. */
const OLDEST = { major: 3, minor: 9 } as const;
/**
 * The oldest boto3 that reads AWS_ENDPOINT_URL (1.28, July 2023): an older one would send the function's
 * requests to AWS itself.
 */
const OLDEST_BOTO3 = { major: 1, minor: 28 } as const;
/**
 * Time limits in milliseconds for a question to an interpreter, for creating the environment, and for the
 * download. Ours.
 */
const LIMIT_MS = { ask: 10_000, make: 60_000, install: 180_000 } as const;

/** The packages that Python functions need, with exact versions. */
export const PYTHON_REQUIREMENTS: string = join(import.meta.dirname, 'python-requirements.txt');

export interface PythonEnvironmentOptions {
  /** Folder of the project's virtual environment, e.g. `.local/venv`. */
  venvDirectory: string;
  /** A pip requirements file; `PYTHON_REQUIREMENTS` unless given. */
  requirementsFile?: string;
  /** Interpreters to try, in order of preference; default: `python3` in the PATH and the system's. */
  candidates?: string[];
  /** The only interpreter to use: it must have boto3, and nothing is installed. */
  chosen?: string;
  /** Aborts what is in progress. */
  signal?: AbortSignal;
  /** Receives a sentence for each step that takes long. */
  onProgress(text: string): void;
}

/**
 * Finds an interpreter (Python 3.9 or newer) with boto3: in the project's environment, on the machine, or in
 * a newly created project environment. Never rejects: without one, the result says precisely what to do.
 */
export async function preparePython(options: PythonEnvironmentOptions): Promise<PythonInterpreter> {
  if (options.chosen) return theChosen(options.chosen);
  const requirementsFile = options.requirementsFile ?? PYTHON_REQUIREMENTS;
  try {
    const requirements = await readFile(requirementsFile, 'utf8');
    const stamp = join(options.venvDirectory, 'requirements.sha256');
    const wanted = createHash('sha256').update(requirements).digest('hex');
    const ours = interpreterIn(options.venvDirectory);
    const has = await readFile(stamp, 'utf8').catch(() => '');
    const answer = has === wanted ? await ask(ours) : undefined;
    if (answer?.boto3) return { path: ours, version: answer.version };
    const found = await findPython(
      options.candidates ?? ['python3', '/usr/bin/python3', '/usr/local/bin/python3'],
    );
    if ('missing' in found) return found;
    if (found.boto3) return { path: found.path, version: found.version };
    return await createEnvironment(found.path, requirementsFile, stamp, wanted, options);
  } catch (error) {
    return {
      missing: `Python could not be prepared: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

async function theChosen(path: string): Promise<PythonInterpreter> {
  const found = await findPython([path]);
  if ('missing' in found || found.boto3) return found;
  return {
    missing: `${path} has no boto3 of version ${OLDEST_BOTO3.major}.${OLDEST_BOTO3.minor} or newer; install it there (${path} -m pip install boto3) or choose another Python`,
  };
}

const interpreterIn = (venvDirectory: string): string => join(venvDirectory, 'bin', 'python3');

async function createEnvironment(
  python: string,
  requirementsFile: string,
  stamp: string,
  wanted: string,
  { venvDirectory, onProgress, signal }: PythonEnvironmentOptions,
): Promise<PythonInterpreter> {
  onProgress(`Making a Python environment with boto3 in ${venvDirectory} (once)`);
  await rm(venvDirectory, { recursive: true, force: true });
  await mkdir(dirname(venvDirectory), { recursive: true });
  const made = await run(python, ['-m', 'venv', venvDirectory], LIMIT_MS.make, signal);
  if (made.failed) {
    return {
      missing: `Python functions need a virtual environment and "${python} -m venv" failed (${lastLine(made.output)}). On Debian: sudo apt-get install python3-venv; then start again`,
    };
  }
  onProgress('Installing boto3 for the Python functions (once)');
  const ours = interpreterIn(venvDirectory);
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--quiet'];
  const version = (await ask(ours))?.version;
  const installed = await run(ours, [...pip, '--requirement', requirementsFile], LIMIT_MS.install, signal);
  if (installed.failed || !(await ask(ours))?.boto3) {
    return {
      missing: `Python functions need boto3 and pip could not install it (${lastLine(installed.output)}). With a network, run: ${ours} -m pip install -r ${requirementsFile}; then start again`,
    };
  }
  await writeFile(stamp, wanted);
  onProgress('boto3 is installed');
  return { path: ours, ...(version ? { version } : {}) };
}

type Found = { path: string; boto3: boolean; version: string } | { missing: string };

/** The first candidate that is new enough and has boto3, else the first that is new enough. */
async function findPython(candidates: string[]): Promise<Found> {
  let best: Found | undefined;
  let old = '';
  for (const candidate of candidates) {
    const answer = await ask(candidate);
    if (!answer) continue;
    if (answer.major !== OLDEST.major || answer.minor < OLDEST.minor) {
      old = `${answer.path} is Python ${answer.major}.${answer.minor}`;
      continue;
    }
    const { path, boto3, version } = answer;
    if (boto3) return { path, boto3, version };
    best ??= { path, boto3, version };
  }
  const need = `Python functions need python3, version ${OLDEST.major}.${OLDEST.minor} or newer`;
  const how = 'install it (Debian: sudo apt-get install python3 python3-venv) and start again';
  return best ?? { missing: `${need}; ${old || 'none was found'}: ${how}` };
}

/**
 * Prints path, version and the version of boto3, a line each. It reads the metadata, because importing boto3
 * is slow.
 */
const QUESTION = `
import sys
print(sys.executable, *sys.version_info[:2], sep="\\n")
try:
    from importlib.metadata import version
    print(version("boto3"))
except Exception:
    print("none")
`;

async function ask(
  python: string,
): Promise<{ path: string; major: number; minor: number; version: string; boto3: boolean } | undefined> {
  if (python.includes('/') && !existsSync(python)) return undefined;
  const { failed, output } = await run(python, ['-c', QUESTION], LIMIT_MS.ask);
  const [path, major, minor, boto3 = ''] = output.split('\n');
  if (failed || !path || !major || !minor) return undefined;
  const version = `${major}.${minor}`;
  return { path, major: Number(major), minor: Number(minor), version, boto3: isNewEnough(boto3) };
}

function isNewEnough(boto3: string): boolean {
  const [major = 0, minor = 0] = boto3.split('.').map(Number);
  return major > OLDEST_BOTO3.major || (major === OLDEST_BOTO3.major && minor >= OLDEST_BOTO3.minor);
}

function run(
  file: string,
  args: string[],
  timeout: number,
  signal?: AbortSignal,
): Promise<{ failed: boolean; output: string }> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout, signal, maxBuffer: 1024 * 1024 }, (error, stdout, stderr) => {
      const output = error ? `${stdout}\n${stderr || error.message}` : stdout;
      resolve({ failed: error !== null, output });
    });
  });
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() || 'no reason was given';
