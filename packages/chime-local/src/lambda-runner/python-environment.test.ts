import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { preparePython } from './python-environment.ts';

let folder = '';
let progress: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'python-environment-'));
  progress = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A fake interpreter: it answers the question, makes itself the "environment", and installs as told. */
async function pretend(
  version: string,
  has: 'boto3' | 'old' | 'nothing',
  installs: 'installs' | 'offline',
): Promise<string> {
  const path = join(folder, `python-${version}-${has}`);
  const script = `#!/bin/sh
self="$0"
case "$*" in
  *importlib*) has=${{ boto3: '1.28.0', old: '1.26.27', nothing: 'none' }[has]}
    [ -e "$(dirname "$self")/installed" ] && has=1.44.5
    printf '%s\\n${version.replace('.', '\\n')}\\n%s\\n' "$self" "$has";;
  *venv*) mkdir -p "$3/bin"; cp "$self" "$3/bin/python3";;
  *install*) ${installs === 'installs' ? 'touch "$(dirname "$self")/installed"' : 'echo "no network" >&2; exit 1'};;
esac`;
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

const prepare = (...candidates: string[]) =>
  preparePython({
    venvDirectory: join(folder, 'local', 'venv'),
    candidates,
    onProgress: (text) => void progress.push(text),
  });

test('An interpreter that has boto3 is used as it is', async () => {
  const plain = await pretend('3.12', 'nothing', 'offline');
  const old = await pretend('3.11', 'old', 'offline');
  const full = await pretend('3.9', 'boto3', 'offline');
  expect(await prepare(plain, old, full)).toMatchObject({ path: full });
  expect(progress).toEqual([]);
});

test('An environment is created once, and again when requirements change', async () => {
  const plain = await pretend('3.12', 'nothing', 'installs');
  const ours = join(folder, 'local', 'venv', 'bin', 'python3');
  expect(await prepare(plain)).toMatchObject({ path: ours });
  expect(progress).toHaveLength(3);
  expect(await prepare()).toMatchObject({ path: ours });
  expect(progress).toHaveLength(3);
  await writeFile(join(folder, 'local', 'venv', 'requirements.sha256'), 'of another file');
  expect(await prepare(plain)).toMatchObject({ path: ours });
  expect(progress).toHaveLength(6);
  expect(await readFile(join(folder, 'local', 'venv', 'requirements.sha256'), 'utf8')).toMatch(
    /^[0-9a-f]{64}$/,
  );
});

test('Advice is given without Python, with an old one, or offline', async () => {
  expect(await prepare(join(folder, 'none'))).toEqual({
    missing: expect.stringMatching(
      /need python3, version 3\.9 or newer; none was found: install it \(Debian: .*/,
    ),
  });
  expect(await prepare(await pretend('3.8', 'boto3', 'offline'))).toEqual({
    missing: expect.stringMatching(/python-3\.8-boto3 is Python 3\.8: install/),
  });
  expect(await prepare(await pretend('3.11', 'nothing', 'offline'))).toEqual({
    missing: expect.stringMatching(
      /pip could not install it \(no network\)\. With a network, run: .* -m pip install -r/,
    ),
  });
});
