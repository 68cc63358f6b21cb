import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunctionSpec, LambdaRunner, PythonInterpreter } from './lambda-runner.ts';
import { startLambdaRunner } from './start-lambda-runner.ts';

const PYTHON = ['/usr/bin/python3', '/usr/local/bin/python3'].find((path) => existsSync(path));
const python: PythonInterpreter = PYTHON ? { path: PYTHON } : { missing: 'no python3 on this machine' };
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function';

let folder: string;
/** What the functions and the runner logged. */
const lines: string[] = [];
/** The log streams of these lines, by function. */
const streams = new Map<string, Set<string>>();
let runner: LambdaRunner;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'environment-'));
  runner = await startLambdaRunner({
    region: 'us-east-1',
    accountId: '000000000000',
    awsEndpoint: 'http://127.0.0.1:4566',
    python,
    temporaryFolder: join(folder, 'tmp'),
    onLog({ text, functionName, logStream }) {
      lines.push(text);
      streams.set(functionName, (streams.get(functionName) ?? new Set()).add(logStream));
    },
  });
});
afterAll(async () => {
  await runner.close();
  await rm(folder, { recursive: true, force: true });
});

async function define(
  functionName: string,
  file: string,
  code: string,
  more: Partial<FunctionSpec> = {},
): Promise<void> {
  const directory = await mkdtemp(join(folder, 'f-'));
  await writeFile(join(directory, file), code);
  runner.define({
    functionName,
    arn: `${ARN}:${functionName}`,
    runtime: file.endsWith('.py') ? 'python3.13' : 'nodejs20.x',
    handler: 'index.handler',
    environment: {},
    timeoutSeconds: 20,
    memoryMegabytes: 256,
    code: async () => ({ directory, version: '1' }),
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'SECRET', sessionToken: 'TOKEN' },
    ...more,
  });
}

const answer = async (name: string): Promise<unknown> =>
  JSON.parse((await runner.invoke(name, '{}')).payload);

it("A function's lines are in the log stream that its context names", async () => {
  const code = 'exports.handler = async (event, context) => (console.log("said"), context.logStreamName);';
  await define('logged', 'index.js', code);
  const named = await answer('logged');
  expect(named).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  expect([...(streams.get('logged') ?? [])]).toEqual([named]);
});

const WHO = {
  'index.js': `exports.handler = async (event, context) => [context.invokedFunctionArn, context.functionVersion,
    process.env.AWS_LAMBDA_FUNCTION_VERSION, context.logStreamName.replace(/.*\\[(.*)\\].*/, '$1')];`,
  'index.py': `import os, re
def handler(event, context):
    return [context.invoked_function_arn, context.function_version, os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
            re.sub(r".*\\[(.*)\\].*", r"\\1", context.log_stream_name)]`,
};

describe.each(Object.entries(WHO))('Versions and aliases, %s', (file, code) => {
  const name = `who-${file.slice(-2)}`;
  beforeAll(async () => {
    await define(name, file, code);
    runner.qualify(name, '2', '2');
    runner.qualify(name, 'live', '2');
    runner.qualify(name, 'newest', '$LATEST');
  });

  it('A function is told the ARN by which it was invoked', async () => {
    const plain = `${ARN}:${name}`;
    const latest = ['$LATEST', '$LATEST', '$LATEST'];
    expect(await answer(name)).toEqual([plain, ...latest]);
    expect(await answer(`${plain}:2`)).toEqual([`${plain}:2`, '2', '2', '2']);
    expect(await answer(`${name}:live`)).toEqual([`${plain}:live`, '2', '2', '2']);
    expect(await answer(`000000000000:function:${name}:newest`)).toEqual([`${plain}:newest`, ...latest]);
    expect(await answer(`${plain}:$LATEST`)).toEqual([`${plain}:$LATEST`, ...latest]);
  });

  it('An unknown version or alias is not found', async () => {
    await expect(runner.invoke(`${ARN}:${name}:7`, '{}')).rejects.toThrow(/7/);
    expect(runner.find(`${name}:live`)?.version).toBe('2');
    runner.qualify(name, 'live', undefined);
    expect(runner.find(`${name}:live`)).toBeUndefined();
    runner.qualify(name, 'live', '2');
  });
});

const WRITE = {
  'index.js': `const { tmpdir } = require('os'); const fs = require('fs'); const path = require('path');
exports.handler = async () => { const folder = tmpdir(); const had = fs.readdirSync(folder);
  fs.writeFileSync(path.join(folder, 'voice.wav'), 'x'); return [folder, had]; };`,
  'index.py': `import os, tempfile
def handler(event, context):
    folder = tempfile.gettempdir()
    had = os.listdir(folder)
    open(os.path.join(folder, "voice.wav"), "w").close()
    return [folder, had]`,
};

describe.each(Object.entries(WRITE))('Temporary files, %s', (file, code) => {
  it('Each function has a folder that lasts as long as its process', async () => {
    const [one, two] = [`one-${file.slice(-2)}`, `two-${file.slice(-2)}`];
    await Promise.all([define(one, file, code), define(two, file, code)]);
    const [answerOfOne, answerOfTwo] = await Promise.all([answer(one), answer(two)]);
    const [folderOfOne, had] = answerOfOne as [string, string[]];
    const [folderOfTwo] = answerOfTwo as [string];
    expect([dirname(folderOfOne), had]).toEqual([join(folder, 'tmp'), []]);
    expect(folderOfTwo).not.toBe(folderOfOne);
    expect(await answer(one)).toEqual([folderOfOne, ['voice.wav']]);
    runner.remove(one);
    runner.remove(two);
    const left = async (): Promise<string[]> =>
      (await readdir(join(folder, 'tmp'))).filter((name) => /^(one|two)-/.test(name));
    await expect.poll(left).toEqual([]);
  });

  it('A function that exceeds its storage gets one warning', async () => {
    const name = `large-${file.slice(-2)}`;
    const large = code.replace(/'x'|\.close\(\)/, (part) =>
      part === "'x'" ? "'x'.repeat(2_000_000)" : '.write("x" * 2_000_000)',
    );
    await define(name, file, large, { ephemeralStorageMegabytes: 1 });
    const told = () => lines.filter((line) => line.startsWith('WARN The function keeps 2 MB'));
    const before = told().length;
    await answer(name);
    await expect.poll(told).toHaveLength(before + 1);
    expect(told().at(-1)).toContain('its ephemeral storage has 1 MB');
  });
});
