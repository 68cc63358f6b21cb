/**
 * `CDK_DOCKER=chime-local-docker npx cdk synth` bundles assets without Docker. The CDK runs `docker run …
 * IMAGE COMMAND` with folders mounted; this program runs the command on this machine with the host's folders
 * in place of the mounted ones. It installs packages for this machine, where the functions run.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Options of `docker run` that the CDK passes with a value. */
const WITH_VALUE = new Set([
  '-u',
  '--user',
  '-v',
  '--volume',
  '-w',
  '--workdir',
  '-e',
  '--env',
  '--entrypoint',
  '--network',
  '--platform',
  '--security-opt',
  '--volumes-from',
  '--mount',
  '--name',
]);
/** Names by which bundling commands call the Python of an image; this machine may have other names for it. */
const PYTHON_NAMES = ['python', 'pip', 'pip3'];
/** The folders of the PATH. */
const FOLDERS = (process.env.PATH ?? '').split(path.delimiter);
/** Matches strings that need no quotation marks in a shell command. */
const PLAIN = /^[\w@%+=:,./-]+$/;

export interface Bundling {
  /** Host folders by their paths in the container. */
  mounts: Map<string, string>;
  workdir: string | undefined;
  environment: Record<string, string>;
  image: string;
  command: string[];
}

/** Parses the arguments after `docker run`. @throws Error with a sentence about an unsupported argument */
export function readRun(args: readonly string[]): Bundling {
  const bundling: Bundling = {
    mounts: new Map(),
    workdir: undefined,
    environment: {},
    image: '',
    command: [],
  };
  let entrypoint: string[] = [];
  let at = 0;
  for (; args[at]?.startsWith('-'); at++) {
    const [name = '', joined] = (args[at] as string).split(/=(.*)/s);
    const value = joined ?? (WITH_VALUE.has(name) ? (args[++at] ?? '') : '');
    if (name === '-v' || name === '--volume') {
      const [from = '', to = ''] = value.split(':');
      bundling.mounts.set(to, from);
    } else if (name === '-w' || name === '--workdir') bundling.workdir = value;
    else if (name === '-e' || name === '--env') {
      const [variable = '', text] = value.split(/=(.*)/s);
      bundling.environment[variable] = text ?? process.env[variable] ?? '';
    } else if (name === '--entrypoint') entrypoint = [value];
    else if (name === '--volumes-from' || name === '--mount')
      throw new Error(`${name} is not carried out without Docker: give no bundlingFileAccess.`);
  }
  bundling.image = args[at] ?? '';
  bundling.command = [...entrypoint, ...args.slice(at + 1)];
  return bundling;
}

/** Replaces container paths by the host's, wherever a word begins with one. */
export function localised(text: string, mounts: ReadonlyMap<string, string>): string {
  const places = [...mounts.keys()].sort((one, other) => other.length - one.length);
  return places.reduce(
    (done, place) =>
      done.replace(
        new RegExp(`(?<![\\w./-])${place.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w.-])`, 'g'),
        () => mounts.get(place) as string,
      ),
    text,
  );
}

/** Replaces folders whose names would need quotation marks by symbolic links. */
function plainMounts(mounts: ReadonlyMap<string, string>, folder: string): Map<string, string> {
  return new Map(
    [...mounts].map(([place, from], n) => {
      if (PLAIN.test(from)) return [place, from];
      const link = path.join(folder, `mount-${n}`);
      symlinkSync(from, link);
      return [place, link];
    }),
  );
}

/** Adds `python` and `pip` if this machine has them under other names only. */
function addPythonNames(folder: string): void {
  for (const name of PYTHON_NAMES) {
    if (FOLDERS.some((place) => existsSync(path.join(place, name)))) continue;
    const file = path.join(folder, name);
    writeFileSync(file, `#!/bin/sh\nexec python3 ${name === 'python' ? '' : '-m pip '}"$@"\n`);
    chmodSync(file, 0o755);
  }
}

function run(bundling: Bundling): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'chime-local-bundling-'));
  try {
    addPythonNames(folder);
    const mounts = plainMounts(bundling.mounts, folder);
    const [file, ...args] = bundling.command.map((word) => localised(word, mounts));
    if (!file)
      throw new Error(
        `the image ${bundling.image} has a command of its own, which is not known without Docker.`,
      );
    const programs = [folder, path.resolve('node_modules', '.bin'), process.env.PATH];
    const { status, error } = spawnSync(file, args, {
      cwd: bundling.workdir ? localised(bundling.workdir, mounts) : process.cwd(),
      env: { ...process.env, ...bundling.environment, PATH: programs.join(path.delimiter) },
      stdio: ['ignore', process.stderr, 'inherit'],
    });
    if (error)
      throw new Error(
        `${file} did not start (${error.message}): the image ${bundling.image} has it, this machine has not.`,
      );
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Does what the CDK requests of `docker`. @returns the exit status */
export function runBundling([command, ...args]: readonly string[]): number {
  try {
    if (command === 'run') return run(readRun(args));
    // The CDK prepares one of its own images. Its programs are searched for on this machine instead.
    if (command === 'build' || command === 'image') return 0;
    throw new Error(`"docker ${command ?? ''}" is not carried out without Docker.`);
  } catch (error) {
    process.stderr.write(`chime-local-docker: ${(error as Error).message}\n`);
    return 1;
  }
}
