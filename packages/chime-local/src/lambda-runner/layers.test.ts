import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LambdaRunner, PythonInterpreter } from './lambda-runner.ts';
import { startLambdaRunner } from './start-lambda-runner.ts';

const PYTHON = ['/usr/bin/python3', '/usr/local/bin/python3'].find((path) => existsSync(path));
const python: PythonInterpreter = PYTHON ? { path: PYTHON, version: '3.0' } : { missing: 'no python3' };

/** The files of two layers; where both have a file, the second layer's counts. */
const FILES: Readonly<Record<string, string>> = {
  'one/nodejs/node_modules/greeting/package.json': '{"main":"index.js"}',
  'one/nodejs/node_modules/greeting/index.js': "module.exports = 'from the first';",
  'two/nodejs/node_modules/greeting/index.js': "module.exports = 'from the layer';",
  'one/nodejs/node_modules/only-module/package.json': '{"type":"module","exports":"./index.js"}',
  'one/nodejs/node_modules/only-module/index.js': "export default 'an ES module of the layer';",
  'one/nodejs/shared.js': "exports.word = 'below /opt';",
  'one/python/layermod.py': 'WORD = "from the layer"\n',
  'one/bin/greet': '#!/bin/sh\necho from the program\n',
};

let folder: string;
let runner: LambdaRunner;
let notices: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layers-'));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  await chmod(join(folder, 'one/bin/greet'), 0o755);
  notices = [];
  runner = await startLambdaRunner({
    region: 'us-east-1',
    accountId: '000000000000',
    awsEndpoint: 'http://127.0.0.1:4566',
    python,
    onLog: () => {},
    onNotice: (text) => void notices.push(text),
  });
});
afterAll(async () => {
  await runner.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs code once with both layers. */
async function run(file: string, code: string, runtime = 'nodejs20.x'): Promise<unknown> {
  const directory = await mkdtemp(join(folder, 'f-'));
  await writeFile(join(directory, file), code);
  const functionName = directory.slice(-8);
  runner.define({
    functionName,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    runtime,
    handler: 'index.handler',
    environment: {},
    timeoutSeconds: 20,
    memoryMegabytes: 256,
    code: async () => ({ directory, version: '1' }),
    layers: async () => [join(folder, 'one'), join(folder, 'two')],
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'SECRET', sessionToken: 'TOKEN' },
  });
  return JSON.parse((await runner.invoke(functionName, '{}')).payload);
}

describe('a function with layers', () => {
  it.each([
    [
      'requires their packages, the last layer’s first',
      'index.js',
      "exports.handler = async () => require('greeting');",
      'from the layer',
    ],
    [
      'imports their packages',
      'index.mjs',
      "import word from 'only-module'; export const handler = async () => word;",
      'an ES module of the layer',
    ],
    [
      'requires their files by the place below /opt',
      'index.js',
      "exports.handler = async () => require('/opt/nodejs/shared').word;",
      'below /opt',
    ],
    [
      'imports their files by the place below /opt',
      'index.mjs',
      "import { word } from '/opt/nodejs/shared.js'; export const handler = async () => word;",
      'below /opt',
    ],
    [
      'starts their programs',
      'index.js',
      "exports.handler = async () => String(require('child_process').execFileSync('greet')).trim();",
      'from the program',
    ],
  ])('A function uses its layers: %s', async (_what, file, code, answer) => {
    expect(await run(file, code)).toBe(answer);
  });

  it.runIf(PYTHON)('Python functions import modules of their layers', async () => {
    const code = 'import layermod\ndef handler(event, context):\n    return layermod.WORD\n';
    expect(await run('index.py', code, 'python3.12')).toBe('from the layer');
  });
});

it('A function for another runtime version causes one notice', async () => {
  notices.length = 0;
  for (let n = 0; n < 2; n++) await run('index.js', 'exports.handler = async () => 1;', 'nodejs8.x');
  await run('index.js', 'exports.handler = async () => 1;', `nodejs${process.versions.node.split('.')[0]}.x`);
  expect(notices).toEqual([expect.stringMatching(/^Functions for nodejs8\.x run on Node\.js \d+ here/)]);
});
