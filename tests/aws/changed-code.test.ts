import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Lambda } from '@aws-sdk/client-lambda';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RunningStack } from '#testkit';
import { onceConfig } from './clients.ts';

let folder: string;
let stack: RunningStack;
let lambda: Lambda;

const asset = (hash: string) => ({
  source: { path: `asset.${hash}`, packaging: 'zip' },
  destinations: { here: { objectKey: `${hash}.zip` } },
});

const lambdaFunction = (runtime: string, handler: string, hash: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { FunctionName: hash, Runtime: runtime, Handler: handler, Code: { S3Key: `${hash}.zip` } },
});

/** Writes a cloud assembly that contains a bundle whose source is in the folder, and a Python function. */
async function synthesise(): Promise<string> {
  const outdir = path.join(folder, 'cdk.out');
  writeFileSync(path.join(folder, 'word.ts'), "export const word: string = 'first';\n");
  writeFileSync(
    path.join(folder, 'entry.ts'),
    "import { word } from './word.ts';\nexport const handler = async () => ({ word });\n",
  );
  const bundled = path.join(outdir, 'asset.tiny-node');
  const { metafile } = await build({
    // As in another project, the names in the metafile are relative to its folder.
    absWorkingDir: folder,
    entryPoints: [path.join(folder, 'entry.ts')],
    outfile: path.join(bundled, 'index.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    metafile: true,
    logLevel: 'silent',
  });
  writeFileSync(path.join(bundled, 'index.meta.json'), JSON.stringify(metafile));
  const python = path.join(outdir, 'asset.tiny-python');
  mkdirSync(python);
  writeFileSync(path.join(python, 'app.py'), pythonSaying("'first'"));
  const resources = {
    TinyNode: lambdaFunction('nodejs20.x', 'index.handler', 'tiny-node'),
    TinyPython: lambdaFunction('python3.11', 'app.handler', 'tiny-python'),
  };
  const artifacts = {
    Tiny: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Tiny.template.json' } },
  };
  writeFileSync(path.join(outdir, 'manifest.json'), JSON.stringify({ artifacts }));
  const files = { 'tiny-node': asset('tiny-node'), 'tiny-python': asset('tiny-python') };
  writeFileSync(path.join(outdir, 'Tiny.assets.json'), JSON.stringify({ files }));
  writeFileSync(path.join(outdir, 'Tiny.template.json'), JSON.stringify({ Resources: resources }));
  return outdir;
}

const pythonSaying = (expression: string): string =>
  `def handler(event, context):\n    return {"word": ${expression}}\n`;

async function said(FunctionName: string): Promise<unknown> {
  const { Payload } = await lambda.invoke({ FunctionName, Payload: '{}' });
  return (JSON.parse(Buffer.from(Payload ?? []).toString()) as { word?: unknown }).word;
}

/** Waits more than the tenth of a second after which files are checked again. */
const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'changed-code-'));
  stack = await RunningStack.start(['--ephemeral', '--cdk-out', await synthesise()]);
  lambda = new Lambda(onceConfig(stack));
});
afterAll(async () => {
  lambda?.destroy();
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a stack of two functions and nothing else', () => {
  it('A stack of two functions runs without a number, PIN or page', () => {
    expect(stack.endpoints).toMatchObject({ phoneNumber: '', pin: '', console: '' });
  });

  it('TypeScript: the next invocation uses a change, even of imported parts', async () => {
    expect(await said('tiny-node')).toBe('first');
    writeFileSync(path.join(folder, 'word.ts'), "export const word: string = 'second';\n");
    await aMoment();
    expect(await said('tiny-node')).toBe('second');
    expect(stack.output.match(/entry\.ts changed: the next invocation uses the new code/g)).toHaveLength(1);
  });

  it('TypeScript: code that does not bundle is reported; the old code stays', async () => {
    writeFileSync(path.join(folder, 'word.ts'), "export const word: string = 'third\n");
    await aMoment();
    expect(await said('tiny-node')).toBe('second');
    await eventually('a report', () => /entry\.ts changed but does not bundle.*stays/.test(stack.output));
    writeFileSync(path.join(folder, 'word.ts'), "export const word: string = 'fourth';\n");
    await aMoment();
    expect(await said('tiny-node')).toBe('fourth');
  });

  it('Python: the next invocation uses a change', async () => {
    const file = path.join(folder, 'cdk.out', 'asset.tiny-python', 'app.py');
    expect(await said('tiny-python')).toBe('first');
    writeFileSync(file, pythonSaying("'sec' + 'ond'"));
    await aMoment();
    expect(await said('tiny-python')).toBe('second');
    writeFileSync(file, pythonSaying('1 +'));
    await aMoment();
    const broken = await lambda.invoke({ FunctionName: 'tiny-python', Payload: '{}' });
    expect(broken.FunctionError).toBe('Unhandled');
    expect(Buffer.from(broken.Payload ?? []).toString()).toContain('SyntaxError');
    writeFileSync(file, pythonSaying("'third'"));
    await aMoment();
    expect(await said('tiny-python')).toBe('third');
  });
});
