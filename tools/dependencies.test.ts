import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, runs } from '#testkit';

const DEPENDENCIES = pathToFileURL(path.join(import.meta.dirname, 'dependencies.mjs')).href;
/** A package lock with a package that every machine needs, and one for another platform. */
const PACKAGES = {
  'node_modules/needed': { version: '1.0.0', integrity: 'sha512-needed' },
  'node_modules/foreign': { version: '1.0.0', integrity: 'sha512-foreign', optional: true },
};
const INSTALLED = { 'node_modules/needed': PACKAGES['node_modules/needed'] };

let folder: string;
/** A registry that accepts connections; nothing is requested from it. */
const server = createServer();
let registry = '';

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => void server.close());

let children: ChildProcess[] = [];
const npmLog = () => path.join(folder, 'npm.log');
const npmRuns = () => (existsSync(npmLog()) ? readFileSync(npmLog(), 'utf8').trim().split('\n') : []);
const lock = () => path.join(folder, '.local', 'install.lock');

beforeEach(() => {
  registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  folder = mkdtempSync(path.join(tmpdir(), 'dependencies-'));
  writeFileSync(
    path.join(folder, 'package-lock.json'),
    JSON.stringify({ packages: { '': {}, ...PACKAGES } }),
  );
  npmThat(`mkdir -p node_modules/needed
printf '%s' '${JSON.stringify({ packages: INSTALLED })}' > node_modules/.package-lock.json`);
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a fake `npm` on the path that records its arguments and its process id, then runs a script. */
function npmThat(script: string): void {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, 'npm'), `#!/bin/sh\necho "$$ $*" >> '${npmLog()}'\n${script}\n`);
  chmodSync(path.join(bin, 'npm'), 0o755);
}

function installedPackages(packages: object): void {
  mkdirSync(path.join(folder, 'node_modules', 'needed'), { recursive: true });
  writeFileSync(path.join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
}

/** Does what every start of the project does first, in a separate process. */
function start(args: string[] = []) {
  const call = `ensureDependencies(${JSON.stringify(args)}, ${JSON.stringify(folder)})`;
  const script = `import { ensureDependencies } from '${DEPENDENCIES}'; await ${call};`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      ...process.env,
      npm_config_registry: registry,
      HTTPS_PROXY: '',
      https_proxy: '',
      npm_config_https_proxy: '',
      npm_config_proxy: '',
      HOME: folder,
      PATH: `${path.join(folder, 'bin')}${path.delimiter}${process.env.PATH}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, said }));
  return { child, ended, said: () => said };
}

describe('an install', () => {
  it('An install is made by npm ci where there is none', async () => {
    expect((await start().ended).code).toBe(0);
    expect(npmRuns()).toEqual([expect.stringMatching(/^\d+ ci /)]);
    expect((await start().ended).said).toBe('');
    expect(npmRuns()).toHaveLength(1);
  });

  it('An install by npm ci or npm install is recognised, not repeated', async () => {
    installedPackages({ ...INSTALLED, 'node_modules/extra': { version: '3.0.0' } });
    expect(await start().ended).toEqual({ code: 0, said: '' });
    expect(npmRuns()).toEqual([]);
  });

  it.each([
    ['has another version', { 'node_modules/needed': { version: '0.9.0', integrity: 'sha512-needed' } }],
    ['has another content', { 'node_modules/needed': { version: '1.0.0', integrity: 'sha512-other' } }],
    ['lacks a package', {}],
  ])('An install is made again when it %s', async (_what, packages) => {
    installedPackages(packages);
    expect((await start().ended).code).toBe(0);
    expect(npmRuns()).toHaveLength(1);
  });

  it('An install is made again when a folder of it is gone', async () => {
    installedPackages(INSTALLED);
    rmSync(path.join(folder, 'node_modules', 'needed'), { recursive: true });
    await start().ended;
    expect(npmRuns()).toHaveLength(1);
  });

  it.each(['--help', '-h'])('An install is never made for %s', async (help) => {
    const { code, said } = await start(['--port', '1', help]).ended;
    expect(code).toBe(0);
    expect(said).toContain('run npm ci first');
    expect(npmRuns()).toEqual([]);
  });

  it('A failed install ends the start with its code and a sentence', async () => {
    npmThat('exit 7');
    expect(await start().ended).toMatchObject({ code: 7, said: expect.stringMatching(/npm ci failed/) });
    expect(existsSync(lock())).toBe(false);
  });

  it('A folder that cannot be written is reported before anything is tried', async () => {
    writeFileSync(path.join(folder, '.local'), 'a file where a folder should be');
    const { code, said } = await start().ended;
    expect(code).toBe(1);
    expect(said).toContain(`The folder ${folder} cannot be written (EEXIST)`);
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(npmRuns()).toEqual([]);
  });

  it('A first start without a network says so at once', async () => {
    // Nobody listens on port 1.
    registry = 'http://127.0.0.1:1/';
    npmThat('exit 1');
    const { code, said } = await start().ended;
    expect(code).toBe(1);
    const [first, last] = said.trim().split('\n');
    expect(first).toBe(
      'The npm registry is out of reach (127.0.0.1: ECONNREFUSED): installing what npm has in its cache …',
    );
    expect(last).toMatch(/npm's cache lacks packages\. A first start needs the network once/);
    expect(npmRuns()).toEqual([expect.stringMatching(/ --offline$/)]);
  });

  it('Many starts at the same time make one install', async () => {
    npmThat(`while [ ! -e go ]; do sleep 0.02; done
mkdir -p node_modules/needed
printf '%s' '${JSON.stringify({ packages: INSTALLED })}' > node_modules/.package-lock.json`);
    const starts = [start(), start(), start()];
    const waiting = () => starts.filter((one) => one.said().includes('waiting for it'));
    await eventually('one installs and two wait', () => npmRuns().length === 1 && waiting().length === 2);
    writeFileSync(path.join(folder, 'go'), '');
    const all = await Promise.all(starts.map(({ ended }) => ended));
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(npmRuns()).toHaveLength(1);
    expect(existsSync(lock())).toBe(false);
  });

  it('An install does not wait for a killed one', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'close');
    mkdirSync(path.dirname(lock()), { recursive: true });
    writeFileSync(lock(), `${dead.pid}-x`);
    expect((await start().ended).code).toBe(0);
    expect(npmRuns()).toHaveLength(1);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('An install and all its processes end by %s', async (signal, expected) => {
    npmThat(`sh -c 'echo $$ >> "${npmLog()}"; exec sleep 60'`);
    const { child, ended } = start();
    await eventually('npm runs', () => npmRuns().length === 2);
    child.kill(signal);
    expect((await ended).code).toBe(expected);
    const pids = npmRuns().map((line) => Number.parseInt(line, 10));
    await eventually('npm and its child have ended', () => !pids.some(runs));
    expect(existsSync(lock())).toBe(false);
  });

  it('An npm that goes on after SIGINT is killed', async () => {
    npmThat(`trap '' INT
while true; do sleep 0.1; done`);
    const { child, ended } = start();
    await eventually('npm runs', () => npmRuns().length === 1);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(runs(Number.parseInt(npmRuns()[0] ?? '', 10))).toBe(false);
    expect(existsSync(lock())).toBe(false);
  });
});
