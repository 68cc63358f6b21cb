import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
const USAGE = 'packages/chime-local/src/cli/usage.ts';
/** Texts that scripts read even where nothing is installed. */
const TEXTS = [USAGE, 'tools/create-wav/usage.ts'];

/** A clone in which nothing is installed: the scripts and what they read. */
let clone: string;

beforeAll(() => {
  clone = mkdtempSync(path.join(tmpdir(), 'clone-'));
  mkdirSync(path.join(clone, 'tools'));
  for (const name of readdirSync(path.join(ROOT, 'tools')).filter((file) => file.endsWith('.mjs'))) {
    cpSync(path.join(ROOT, 'tools', name), path.join(clone, 'tools', name));
  }
  for (const name of ['package.json', 'package-lock.json', ...TEXTS]) {
    cpSync(path.join(ROOT, name), path.join(clone, name), { recursive: true });
  }
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

it.each([
  ['start', '--sip-port N'],
  ['dev', '--sip-port N'],
  ['check', 'npm run check'],
  ['test', 'npm run test:unit'],
  ['soak', '--minutes N'],
  ['api-docs', '-- PORT'],
  ['bench', 'npm run bench [-- SECTION'],
  ['create-wav', '--file NAME'],
])('--help of %s installs nothing', (name, part) => {
  const before = readdirSync(clone).sort();
  const script = path.join(clone, 'tools', `${name}.mjs`);
  const { status, stdout } = spawnSync(process.execPath, [script, '--help'], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, expect.stringContaining(part)]);
  expect(readdirSync(clone).sort()).toEqual(before);
});

it('README.md names each option that --help lists', () => {
  const listed = readFileSync(path.join(ROOT, USAGE), 'utf8').match(/^ {2}--[a-z-]+/gm) ?? [];
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const missing = listed.map((line) => line.trim()).filter((name) => !readme.includes(`\`${name}`));
  expect([listed.length > 20, missing]).toEqual([true, []]);
});
