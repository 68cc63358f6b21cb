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

describe('the function in a source', () => {
  it.each([
    ['a.js', 'exports.handler = async () => {};', 'nodejs', 'a.handler'],
    ['a.cjs', 'module.exports = { handler };', 'nodejs', 'a.handler'],
    ['a.mjs', 'export { main as handler, other };', 'nodejs', 'a.handler'],
    ['a.mjs', 'export default async () => {};', 'nodejs', 'a.default'],
    ['a.js', 'exports.onCall = () => {};', 'nodejs', 'a.onCall'],
    ['a.ts', 'export const lambdaHandler: Handler = async () => {};', 'nodejs', 'index.lambdaHandler'],
    [
      'a.py',
      'def helper():\n  pass\ndef lambda_handler(event, context):\n  pass\n',
      'python3',
      'a.lambda_handler',
    ],
  ])('finds the handler function in %s: %s', (name, text, runtime, handler) => {
    const found = functionSource(write(name, text));
    expect(found.runtime).toContain(runtime);
    expect(found.handler).toBe(handler);
  });

  it('A function is named from the folder of its project', () => {
    write('package.json', '{}');
    const { handler, folder: root } = functionSource(write('src/calls/main.js', 'exports.handler = 1'));
    expect([handler, root]).toEqual(['src/calls/main.handler', folder.path]);
  });

  it('becomes an ES module where the project says that it is one', () => {
    write('package.json', '{"type":"module"}');
    expect(functionSource(write('a.ts', 'export const handler = 1')).build?.outputName).toBe('index.mjs');
  });

  it.each([
    ['missing.ts', undefined, /missing.ts is missing: name the file or the folder/],
    ['a.txt', '', /a.txt is no handler that runs here; allowed: .ts, /],
    ['a.py', 'def one():\n pass\n', /defines no handler, lambdaHandler, lambda_handler: .*found: one/],
    ['a.js', 'exports.a = 1; exports.b = 2;', /exports no handler.*found: a, b/],
  ])('A missing function is told: %s', (name, text, message) => {
    const file = text === undefined ? path.join(folder.path, name) : write(name, text);
    expect(() => functionSource(file)).toThrow(message);
  });
});

describe('a handler alone', () => {
  it.each([
    [
      'a.ts',
      "const b = process.env['WAV_BUCKET']; const r = process.env.RECORDING_BUCKET; export const handler = b;",
    ],
    [
      'a.py',
      "b = os.environ['WAV_BUCKET']\nr = os.getenv('RECORDING_BUCKET')\ndef handler(event, context):\n  pass\n",
    ],
  ])('A handler alone is told its buckets by variables: %s', (name, text) => {
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
  ])('A handler alone has the runtime of its SDK: %s', (name, text, runtime) => {
    const { template } = stackOfHandler(write(name, text));
    const [lambda] = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(lambda?.Properties?.Runtime).toBe(runtime);
  });

  it('A handler alone has the sounds beside it as a bucket', () => {
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

  it('A handler alone has the buckets that are named instead', () => {
    write('hello.wav', '');
    const file = write('a.js', 'exports.handler = 1');
    const { template } = stackOfHandler(file, { 'their-name': folder.path });
    const buckets = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::S3::Bucket');
    expect(buckets.map(({ Properties }) => Properties?.BucketName)).toEqual(['their-name']);
  });
});
