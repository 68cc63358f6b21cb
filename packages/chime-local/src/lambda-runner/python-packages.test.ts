import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPythonPackages, type PythonPackages } from './python-packages.ts';

let root: string;
let asked: string[][];
let progress: string[];
let failing: string;
let packages: PythonPackages;

const put = (file: string, text: string): void => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
};
const prepare = (runtime = 'python3.13') =>
  packages.prepare({ directory: path.join(root, 'code') }, runtime, '/python3');
/** The arguments of pip after the target folder. */
const installed = (): string[] => asked.flatMap((args) => args.slice(args.indexOf('--target') + 2));
const begin = (): PythonPackages =>
  createPythonPackages({
    folder: path.join(root, 'cache'),
    onProgress: (text) => void progress.push(text),
    async pip(_python, args) {
      asked.push(args);
      return { failed: failing !== '', output: failing };
    },
  });

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'python-packages-'));
  [asked, progress, failing] = [[], [], ''];
  put('code/app.py', 'import boto3\n');
  packages = begin();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('packages of Python functions', () => {
  it('Python packages are installed once, from requirements beside the code', async () => {
    put('code/requirements.txt', 'boto3>=1.20\nPhone_Numbers==8.13 # E.164\n\n# nothing\n');
    const { paths } = await prepare();
    await prepare();
    packages = begin();
    expect((await prepare()).paths).toEqual(paths);
    expect(installed()).toEqual(['Phone_Numbers==8.13']);
    expect(paths[0]).toMatch(/cache/);
    expect(progress).toEqual(['Installing Phone_Numbers==8.13 for Python functions (once)']);
  });

  it('Python packages that lie beside the code are not installed', async () => {
    put('code/requirements.txt', 'phone-numbers==8.13\nboto3\n');
    put('code/Phone_Numbers-8.13.dist-info/METADATA', '');
    expect((await prepare()).paths).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('Old runtimes that use the namespace chime get an older boto3', async () => {
    put('code/inner/app.py', "client = boto3.client('chime', region_name='us-east-1')\n");
    expect((await prepare('python3.13')).paths).toEqual([]);
    expect((await prepare('python3.8')).paths).toEqual([path.join(root, 'cache', 'legacy-chime')]);
    expect(installed()).toEqual(['boto3==1.34.145']);
  });

  it('A failed installation is reported with its command', async () => {
    put('code/requirements.txt', 'rare\n');
    failing = 'ERROR: no network';
    const { problem, paths } = await prepare();
    expect(problem).toMatch(
      /^rare could not be installed \(ERROR: no network\)\. With a network, run: \/python3 -m pip install .* rare$/,
    );
    expect(paths).toEqual([]);
  });
});
