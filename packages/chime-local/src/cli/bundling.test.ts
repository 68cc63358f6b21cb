import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { localised, readRun, runBundling } from './bundling.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'bundling-')));
  mkdirSync(path.join(folder, 'the source'));
  mkdirSync(path.join(folder, 'out'));
  writeFileSync(path.join(folder, 'the source', 'index.py'), 'def handler(event, context): pass\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/**
 * The arguments that the CDK passes to `docker` for an asset: `run` with the source and result folders
 * mounted.
 */
const cdkRun = (...command: string[]): string[] => [
  'run',
  '--rm',
  '-u',
  '0:0',
  '-v',
  `${path.join(folder, 'the source')}:/asset-input:delegated`,
  '-v',
  `${path.join(folder, 'out')}:/asset-output:delegated`,
  '--env',
  'WORD=there',
  '-w',
  '/asset-input',
  'public.ecr.aws/sam/build-python3.13',
  ...command,
];
const written = (name: string): string => readFileSync(path.join(folder, 'out', name), 'utf8');

it('A bundling command of the CDK runs here with its folders', () => {
  const command =
    'cp -a . /asset-output && echo $WORD > /asset-output/word && pwd -P > "/asset-output/where"';
  expect(runBundling(cdkRun('bash', '-c', command))).toBe(0);
  expect(written('index.py')).toContain('def handler');
  expect([written('word'), written('where')]).toEqual(['there\n', `${path.join(folder, 'the source')}\n`]);
});

it('The exit status of bundling is that of the program', () => {
  expect(runBundling(cdkRun('bash', '-c', 'exit 7'))).toBe(7);
});

it('python and pip are found under the names used in images', () => {
  expect(runBundling(cdkRun('bash', '-c', 'python --version > /asset-output/version'))).toBe(0);
  expect(written('version')).toMatch(/^Python 3/);
});

it('Programs that exist only in the container image are reported', () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(runBundling(cdkRun('no-such-program'))).toBe(1);
  expect(runBundling(['cp', 'a:/b', 'c'])).toBe(1);
  const text = said.mock.calls.flat().join('');
  said.mockRestore();
  expect(text).toMatch(/no-such-program did not start .* this machine has not/);
  expect(text).toContain('"docker cp" is not carried out without Docker');
});

it('Only arguments that begin with a mounted folder are replaced', () => {
  const mounts = new Map([
    ['/asset-output', '/a/b'],
    ['/asset-input', '/c'],
  ]);
  expect(localised('cp -r /asset-input/x "/asset-output" && ls y/asset-output /asset-outputs', mounts)).toBe(
    'cp -r /c/x "/a/b" && ls y/asset-output /asset-outputs',
  );
});

it('An entry point and values after an equals sign are parsed', () => {
  const { command, image, workdir } = readRun([
    '--rm',
    '--entrypoint',
    'sh',
    '--workdir=/w',
    'image:1',
    '-c',
    'x',
  ]);
  expect([command, image, workdir]).toEqual([['sh', '-c', 'x'], 'image:1', '/w']);
});
