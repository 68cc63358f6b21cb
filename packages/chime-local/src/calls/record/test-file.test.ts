import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { testFormOf } from './test-file.ts';

/** A project with these files. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'project-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

const PACKAGE = JSON.stringify({ devDependencies: { 'chime-local': '0.1.0' } });
const PYTEST = '[tool.pytest.ini_options]\npythonpath = ["node_modules/chime-local/python"]\n';

it.each([
  ['node', {}],
  ['node', { 'package.json': PACKAGE }],
  ['node', { 'package.json': PACKAGE, 'pyproject.toml': '[tool.ruff]\n' }],
  ['jest', { 'package.json': JSON.stringify({ devDependencies: { jest: '30' } }) }],
  ['vitest', { 'package.json': JSON.stringify({ dependencies: { vitest: '4' } }), 'pyproject.toml': PYTEST }],
  ['pytest', { 'pyproject.toml': '[tool.ruff]\n' }],
  ['pytest', { 'package.json': PACKAGE, 'pyproject.toml': PYTEST }],
  ['pytest', { 'package.json': PACKAGE, 'pytest.ini': '[pytest]\n' }],
  ['pytest', { 'package.json': PACKAGE, 'requirements-dev.txt': 'pytest==9.0\n' }],
] as const)('A saved test is one of %s, for %o', (form, files) => {
  expect(testFormOf(project(files))).toBe(form);
});

it('A package.json that is not JSON is named', () => {
  expect(() => testFormOf(project({ 'package.json': '{,}' }))).toThrow(
    /package\.json is not JSON .*correct it/,
  );
});
