import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRuntimePackages, type RuntimePackages } from './runtime-packages.ts';

let root: string;
let asked: string[][];
let progress: string[];
let failing = '';
let packages: RuntimePackages;

const put = (file: string, text: string): void => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
};
const prepare = (runtime = 'nodejs20.x', places: string[] = []) =>
  packages.prepare({ directory: path.join(root, 'code'), version: '1' }, runtime, places);
/** What npm was asked to install, without its options. */
const installed = (): string[] => asked.flat().filter((word) => word.includes('@') && !word.includes(root));

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'runtime-packages-'));
  asked = [];
  progress = [];
  failing = '';
  packages = createRuntimePackages({
    folder: path.join(root, 'cache'),
    onProgress: (text) => void progress.push(text),
    async npm(args) {
      asked.push(args);
      return { failed: failing !== '', output: failing };
    },
  });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('packages of Lambda’s image', () => {
  it.each([
    ['an import', 'import { SQS } from "@aws-sdk/client-sqs";'],
    ['a minified import', 'import{SQS as a}from"@aws-sdk/client-sqs";'],
    ['an import of a part', "import x from '@aws-sdk/client-sqs/dist-cjs/x.js';"],
    ['a dynamic import', 'await import("@aws-sdk/client-sqs")'],
    ['a require', "const { SQS } = require('@aws-sdk/client-sqs');"],
    ['a bundler’s require', 'var t=require("@aws-sdk/client-sqs");'],
  ])('Packages are installed once for %s, and one line says so', async (_what, text) => {
    put('code/index.mjs', text);
    expect((await prepare()).names).toEqual(['@aws-sdk/client-sqs']);
    await prepare();
    expect(installed()).toEqual(['@aws-sdk/client-sqs@3']);
    expect(asked[0]).toContain('--ignore-scripts');
    expect(progress).toHaveLength(1);
  });

  it('Clients of the namespace chime are installed in a version with telephony', async () => {
    put('code/index.mjs', 'import { ChimeClient } from "@aws-sdk/client-chime";');
    await prepare();
    expect(installed()).toEqual(['@aws-sdk/client-chime@3.624.0']);
  });

  it.each([
    ['3.1138.0', ['@aws-sdk/client-chime@3.624.0']],
    ['3.624.0', []],
  ])('A chime client from an earlier run must have the version: %s', async (version, asks) => {
    put('cache/node_modules/@aws-sdk/client-chime/package.json', JSON.stringify({ version }));
    put('code/index.mjs', 'import { ChimeClient } from "@aws-sdk/client-chime";');
    await prepare();
    expect(installed()).toEqual(asks);
  });

  it('Packages that a function’s package.json names are installed once', async () => {
    put('code/package.json', '{"dependencies":{"axios":"^1.2.0","left":"2","aws-cdk-lib":"2"}}');
    put('code/index.js', 'require("axios"); require("left")');
    put('code/node_modules/left/package.json', '{}');
    const { own, problem } = await prepare();
    await prepare();
    expect([asked.length, asked[0]?.at(-1), problem]).toEqual([1, 'axios@^1.2.0', undefined]);
    expect(asked[0]?.slice(0, 4)).toEqual(['install', '--prefix', own, '--ignore-scripts']);
    expect(progress[0]).toMatch(
      /^Installing axios@\^1\.2\.0 for functions, for .*package\.json names it \(once\)$/,
    );
  });

  it('A project’s other scripts need nothing for a function', async () => {
    put('code/package.json', '{"dependencies":{"axios":"1","cdk":"2","uuid":"9"}}');
    put('code/src/app.js', 'require("../lib/inner")');
    put('code/lib/inner.js', 'require("axios")');
    put('code/bin/stack.js', 'require("cdk"); require("uuid")');
    const code = { directory: path.join(root, 'code'), version: '1' };
    await packages.prepare(code, 'nodejs20.x', [], 'src/app.handler');
    expect(asked.map((args) => args.at(-1))).toEqual(['axios@1']);
    put('code/src/app.js', 'require("../lib/inner"); require(process.env.PLUGIN)');
    await packages.prepare(code, 'nodejs20.x', [], 'src/app.handler');
    expect(asked.at(-1)?.slice(-3)).toEqual(['axios@1', 'cdk@2', 'uuid@9']);
  });

  it.each([
    'git+https://example.com/a.git',
    'file:../a',
    'someone/a',
    'npm:b@1',
  ])('Packages from outside the registry are only reported: %s', async (range) => {
    put('code/package.json', JSON.stringify({ dependencies: { axios: range } }));
    put('code/index.js', 'require("axios")');
    const { problem } = await prepare();
    expect(problem).toMatch(/^axios of .*package\.json are not installed: run "npm install" in .*code\.$/);
    expect(asked).toEqual([]);
  });

  it.each([
    ['beside the code', 'code/node_modules/@aws-sdk/client-sqs/package.json'],
    ['above the code', 'node_modules/@aws-sdk/client-sqs/package.json'],
    ['from an earlier run', 'cache/node_modules/@aws-sdk/client-sqs/package.json'],
    ['in a layer', 'layer/nodejs/node_modules/@aws-sdk/client-sqs/package.json'],
  ])('Packages are not installed if they are there %s', async (_where, file) => {
    put('code/index.js', "require('@aws-sdk/client-sqs');");
    put(file, '{}');
    await prepare('nodejs20.x', [path.join(root, 'layer/nodejs')]);
    expect(asked).toEqual([]);
  });

  it.each([
    ['nodejs16.x', ['aws-sdk@2']],
    ['nodejs18.x', []],
  ])('The image of %s has packages of version 2: %j', async (runtime, names) => {
    put('code/index.js', "const AWS = require('aws-sdk/clients/chime');");
    await prepare(runtime);
    expect(installed()).toEqual(names);
  });

  it('A bundle gets what the nearest package.json names', async () => {
    put('package.json', '{"dependencies":{"uuid":"^8"},"devDependencies":{"zod":"3"}}');
    put('code/package.json', '{"dependencies":{"uuid":"^9"}}');
    const code = path.join(root, 'code');
    const { own, problem } = await packages.forBundle(code, ['uuid', 'zod']);
    expect([asked[0]?.slice(-2), asked[0]?.[2], problem]).toEqual([['uuid@^9', 'zod@3'], own, undefined]);
    expect(await packages.forBundle(code, ['left', 'right'])).toEqual({
      problem: `left, right are not installed, and no package.json names them: run "npm install left right" in ${code}.`,
    });
    expect(asked).toHaveLength(1);
  });

  it('Optional packages of an SDK are not installed', async () => {
    put(
      'code/index.mjs',
      'try{require("@aws-sdk/signature-v4-crt")}catch{};import("@aws-sdk/signature-v4a")',
    );
    expect((await prepare()).names).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('Missing packages are installed at once; others are left alone', async () => {
    put('code/index.js', "require('@aws-sdk/lib-storage'); require('@smithy/types'); require('left-pad');");
    put('code/inner/more.cjs', "require('@aws-sdk/client-ssm')");
    put('code/node_modules/dep/index.js', "require('@aws-sdk/client-s3')");
    await prepare();
    expect(asked).toHaveLength(1);
    expect(installed()).toEqual(['@aws-sdk/client-ssm@3', '@aws-sdk/lib-storage@3', '@smithy/types@3']);
  });

  it('After npm has failed, packages are requested with one command', async () => {
    failing = 'npm error network\nnpm error code ENOTFOUND';
    put('code/index.js', "require('@aws-sdk/client-sqs');");
    const { problem } = await prepare();
    expect(problem).toContain('npm error code ENOTFOUND');
    expect(problem).toContain(`run: npm install --prefix ${path.join(root, 'cache')} --ignore-scripts`);
    await prepare();
    expect(asked).toHaveLength(1);
  });
});
