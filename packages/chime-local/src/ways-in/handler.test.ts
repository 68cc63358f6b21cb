import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { functionSource } from './function-source.ts';
import { stackOfHandler } from './handler.ts';
import { TestFolder } from './testing/test-folder.ts';

let folder: TestFolder;
beforeEach(() => {
  folder = new TestFolder();
});
afterEach(() => folder.remove());

const write = (name: string, text: string): string => folder.write(name, text);

describe('the source of a function', () => {
  it.each([
    ['a.js', 'exports.handler = async () => {};', 'nodejs', 'a.handler'],
    ['a.cjs', 'module.exports = { handler };', 'nodejs', 'a.handler'],
    ['a.mjs', 'export { main as handler, other };', 'nodejs', 'a.handler'],
    ['a.mjs', 'export default async () => {};', 'nodejs', 'a.default'],
    ['a.js', 'exports.onCall = () => {};', 'nodejs', 'a.onCall'],
    [
      'a.js',
      'exports.start = async () => {};\nexports.sip = async (event) => event.InvocationEventType;',
      'nodejs',
      'a.sip',
    ],
    [
      'a.ts',
      'const web = () => {};\nconst calls = (e: Event) => { switch (e.InvocationEventType) {} };\nexport { web, calls };',
      'nodejs',
      'index.calls',
    ],
    [
      'a.py',
      'def reply(actions):\n  return actions\ndef on_call(event, context):\n  return event["InvocationEventType"]\n',
      'python3',
      'a.on_call',
    ],
    ['a.ts', 'export const lambdaHandler: Handler = async () => {};', 'nodejs', 'index.lambdaHandler'],
    [
      'a.py',
      'def helper():\n  pass\ndef lambda_handler(event, context):\n  pass\n',
      'python3',
      'a.lambda_handler',
    ],
  ])('The handler function is found in %s: %s', (name, text, runtime, handler) => {
    const found = functionSource(write(name, text));
    expect(found.runtime).toContain(runtime);
    expect(found.handler).toBe(handler);
  });

  it("A function's handler is named relative to its project folder", () => {
    write('package.json', '{}');
    const { handler, folder: root } = functionSource(write('src/calls/main.js', 'exports.handler = 1'));
    expect([handler, root]).toEqual(['src/calls/main.handler', folder.path]);
  });

  it('A project of type module makes its TypeScript an ES module', () => {
    write('package.json', '{"type":"module"}');
    expect(functionSource(write('a.ts', 'export const handler = 1')).build?.outputName).toBe('index.mjs');
  });

  it.each([
    ['missing.ts', undefined, /missing.ts is missing: name the file or the folder/],
    ['a.txt', '', /a.txt is no handler that runs here; allowed: .ts, /],
    ['a.py', 'def one():\n pass\n', /defines no handler, lambdaHandler, lambda_handler: .*found: one/],
    ['a.js', 'exports.a = 1; exports.b = 2;', /exports no handler.*found: a, b/],
  ])('A missing function is reported: %s', (name, text, message) => {
    const file = text === undefined ? path.join(folder.path, name) : write(name, text);
    expect(() => functionSource(file)).toThrow(message);
  });
});

describe('a standalone handler', () => {
  it.each([
    [
      'a.ts',
      "const b = process.env['WAV_BUCKET']; const r = process.env.RECORDING_BUCKET; export const handler = b;",
    ],
    [
      'a.py',
      "b = os.environ['WAV_BUCKET']\nr = os.getenv('RECORDING_BUCKET')\ndef handler(event, context):\n  pass\n",
    ],
  ])('A standalone handler learns its buckets from variables: %s', (name, text) => {
    write('wav_files/hello.wav', '');
    const { template } = stackOfHandler(write(`src/${name}`, text));
    const [lambda] = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(lambda?.Properties?.Environment).toEqual({
      Variables: { BUCKET_NAME: 'prompts', WAV_BUCKET: 'prompts', RECORDING_BUCKET: 'recordings' },
    });
    const buckets = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::S3::Bucket');
    expect(buckets.map(({ Properties }) => Properties?.BucketName)).toEqual(['recordings', 'prompts']);
  });

  it.each([
    ['a.js', "const AWS = require('aws-sdk'); exports.handler = AWS;", 'nodejs16.x'],
    ['b.ts', "import AWS from 'aws-sdk/clients/s3'; export const handler = AWS;", 'nodejs16.x'],
    ['c.py', "chime = boto3.client('chime')\ndef handler(event, context):\n  pass\n", 'python3.9'],
  ])('A standalone handler gets the runtime of its SDK: %s', (name, text, runtime) => {
    const { template } = stackOfHandler(write(name, text));
    const [lambda] = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(lambda?.Properties?.Runtime).toBe(runtime);
  });

  it('A standalone handler gets the nearby sounds as a bucket', () => {
    write('wav/hello.wav', '');
    write('.env', 'NAME=value\n');
    write('lambda_function.py', 'def lambda_handler(event, context):\n  return {}\n');
    const { template } = stackOfHandler(folder.path);
    const resources = Object.values(template.Resources);
    const variables = { BUCKET_NAME: 'prompts', NAME: 'value' };
    expect(resources.find(({ Type }) => Type === 'AWS::Lambda::Function')?.Properties).toMatchObject({
      Handler: 'lambda_function.lambda_handler',
      Environment: { Variables: variables },
    });
    expect(resources.find(({ Type }) => Type === 'ChimeLocal::S3::BucketFolder')?.Properties).toMatchObject({
      Folder: path.join(folder.path, 'wav'),
      Endings: ['.wav'],
    });
    expect(resources.filter(({ Type }) => Type === 'AWS::Chime::SipMediaApplication')).toHaveLength(1);
  });

  it.each([
    ['src/resources/sma/index.js', 'package.json', 'audio-files/hello.wav', 'audio-files'],
    [
      'lambdas/call/src/index.js',
      'lambdas/call/src/package.json',
      'lambdas/call/other/hello.wav',
      'lambdas/call/other',
    ],
    ['src/index.js', 'src/.git', 'node_modules/x/hello.wav', undefined],
    ['mine/src/index.js', 'mine/notes.txt', 'prompts/hello.wav', 'prompts'],
    ['mine/src/index.js', 'mine/notes.txt', 'others/hello.wav', undefined],
  ])('A standalone handler, %s, finds its sounds below %s', (name, project, sound, expected) => {
    write(project, '{}');
    write(sound, '');
    const { template } = stackOfHandler(write(name, 'exports.handler = 1'));
    const sounds = Object.values(template.Resources).find(
      ({ Type }) => Type === 'ChimeLocal::S3::BucketFolder',
    );
    expect(sounds?.Properties?.Folder).toEqual(expected && path.join(folder.path, expected));
  });

  it('A standalone handler gets an empty bucket if there are no sounds', () => {
    const file = write('src/a.py', "b = os.environ['WavBucketName']\ndef handler(event, context):\n  pass\n");
    write('package.json', '{}');
    const { template, notices } = stackOfHandler(file);
    const resources = Object.values(template.Resources);
    expect(resources.find(({ Type }) => Type === 'AWS::S3::Bucket')?.Properties?.BucketName).toBe('prompts');
    expect(notices).toEqual([]);
  });

  it.each([
    [
      'a.js',
      "const t = { Name: process.env['CALLS_TABLE'], a: 1 }; const u = process.env.API_URL; ",
      'API_URL, CALLS_TABLE, which are',
    ],
    ['a.ts', "import { table } from './table.js'; const u = process.env.API_URL ?? 'x'; ", 'TABLE, which is'],
    ['a.py', 'import table\nT = os.environ["T"]\nL = os.getenv("L", "x")\n', 'T, TABLE, which are'],
  ])('Missing variables of a handler are reported at once: %s', (name, text, told) => {
    write('table.ts', 'export const table = process.env.TABLE!;');
    write('table.py', "TABLE = os.environ['TABLE']\n");
    const handler = name.endsWith('.py')
      ? 'def handler(event, context):\n  pass\n'
      : 'export const handler = 1;';
    const { notices } = stackOfHandler(write(name, text + handler));
    expect(notices).toEqual([
      expect.stringContaining(`${name} reads ${told} not set: write NAME=value lines into`),
    ]);
  });

  it('Variables that the code copes without are not reported', () => {
    const text = [
      "const a = process.env.A || 'x'; const b = process.env['B'] ?? 'x'; if (process.env.C) {}",
      "const d = process.env.D === '1'; const region = process.env.AWS_REGION; process.env.E = 'x';",
      'const level = process.env.LOG_LEVEL; const f = process.env.F ? 1 : 2; exports.handler = 1;',
    ];
    expect(stackOfHandler(write('a.js', text.join('\n'))).notices).toEqual([]);
    const python =
      "try:\n  level = os.environ['LogLevel']\nexcept KeyError:\n  pass\nx = os.environ.get('X') or 1\n";
    expect(stackOfHandler(write('b.py', `${python}def handler(event, context):\n  pass\n`)).notices).toEqual(
      [],
    );
  });

  it('A standalone handler gets the named buckets instead', () => {
    write('hello.wav', '');
    const file = write('a.js', 'exports.handler = 1');
    const { template } = stackOfHandler(file, { 'their-name': folder.path });
    const buckets = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::S3::Bucket');
    expect(buckets.map(({ Properties }) => Properties?.BucketName)).toEqual(['their-name']);
  });
});
