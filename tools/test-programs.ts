import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
// Not from browser.ts, whose Playwright takes longer to load than many test files take to run.
import { CHROMIUM_PLACES } from '../testkit/chromium-places.ts';

/** A program that tests drive: a real SIP phone or a real browser, from Debian's packages. */
interface Program {
  name: string;
  /** The Debian package that contains it. */
  debian: string;
  purpose: string;
  /** The module, or the export of the testkit's front door, through which a test uses it. */
  usedBy: RegExp;
  /** Other places where it may be installed. */
  places?: readonly string[];
}

export const PROGRAMS: readonly Program[] = [
  { name: 'sipp', debian: 'sip-tester', purpose: 'a SIP phone for exact message flows', usedBy: /\bSipp\b/ },
  {
    name: 'baresip',
    debian: 'baresip-core',
    purpose: 'a SIP phone with a media stack of its own',
    usedBy: /\bBaresip\b|\brecipesOf\('baresip'\)/,
  },
  {
    name: 'linphonec',
    debian: 'linphone-cli',
    purpose: 'a SIP phone with a media stack of its own',
    usedBy: /\brecipesOf\('linphone'\)/,
  },
  {
    name: 'chromium',
    debian: 'chromium-headless-shell',
    purpose: 'the browser',
    usedBy: /testkit\/browser\.ts/,
    places: CHROMIUM_PLACES,
  },
  {
    name: 'firefox-esr',
    debian: 'firefox-esr',
    purpose: 'a second browser',
    usedBy: /testkit\/firefox\.ts/,
  },
];

const RELATIVE_IMPORT = /\bfrom\s+'(\.{1,2}\/[^']+\.tsx?)'/g;

/** The texts of these files and of those that they import by path. */
function textsOf(files: readonly string[], seen = new Set<string>()): string[] {
  return files.flatMap((file) => {
    // Something that looks like an import may be part of a string.
    if (seen.has(file) || !existsSync(file)) return [];
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    const imports = [...text.matchAll(RELATIVE_IMPORT)].map(([, to = '']) => path.resolve(file, '..', to));
    return [text, ...textsOf(imports, seen)];
  });
}

/** The programs that these test files drive. */
export function programsOf(testFiles: readonly string[]): Program[] {
  const texts = textsOf(testFiles);
  return PROGRAMS.filter(({ usedBy }) => texts.some((text) => usedBy.test(text)));
}

const has = (command: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;

const isThere = ({ name, places = [] }: Program): boolean => has(name) || places.some(existsSync);

/**
 * Installs the missing programs where that is possible.
 *
 * @throws Error that says what to do where it is not
 */
export async function ensurePrograms(programs: readonly Program[]): Promise<void> {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0) return;
  const packages = missing.map(({ debian }) => debian);
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !has('apt-get')) {
    const list = missing.map(({ name, purpose }) => `${name} (${purpose})`).join(', ');
    throw new Error(`These tests need ${list}. On Debian or Ubuntu: sudo ${command}`);
  }
  console.log(`Installing ${packages.join(', ')} for the tests …`);
  const status = await run('sh', ['-c', `apt-get update -qq && ${command} -qq >/dev/null`], {
    DEBIAN_FRONTEND: 'noninteractive',
  });
  if (status !== 0 || !missing.every(isThere))
    throw new Error(`That failed (see above). Run it by hand: ${command}`);
}

/** Runs the command without blocking; resolves with its exit code. */
function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<number | null> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
}

/**
 * Vitest's global set-up: provides the programs of the chosen files. They are installed while unit tests run;
 * files that need them wait in `await-programs.ts`.
 */
export default function setup({ vitest }: TestProject): () => void {
  const tests = path.join(vitest.config.root, 'tests', path.sep);
  const chosen = vitest.state.getPaths().filter((file) => file.startsWith(tests));
  const folder = mkdtempSync(path.join(tmpdir(), 'test-programs-'));
  const outcome = path.join(folder, 'outcome');
  const tell = (text: string): void => {
    // Renamed into place, because others look for it while it is being written.
    writeFileSync(`${outcome}.new`, text);
    renameSync(`${outcome}.new`, outcome);
  };
  vitest.provide('programsOutcome', outcome);
  ensurePrograms(programsOf(chosen)).then(
    () => tell(''),
    (error: Error) => tell(error.message),
  );
  return () => rmSync(folder, { recursive: true, force: true });
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that appears once the programs are installed or cannot be; in the latter case it says why. */
    programsOutcome: string;
  }
}
