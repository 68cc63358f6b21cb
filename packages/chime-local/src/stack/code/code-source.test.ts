import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createLog } from '#platform';
import { CodeSources } from './code-source.ts';

let project: string;
let lines: string[];
let sources: CodeSources;
const log = createLog((_level, _name, text) => lines.push(text));

beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'other-app-'));
  lines = [];
  sources = new CodeSources(log);
});
afterEach(() => {
  sources.close();
  rmSync(project, { recursive: true, force: true });
});

/** Writes a file of the project; each time with a different modification time, as an editor does. */
let seconds = 1_000_000;
function write(name: string, text: string): void {
  const file = path.join(project, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  utimesSync(file, seconds, seconds++);
}

/**
 * Bundles as the CDK's NodejsFunction does: esbuild runs in the project, and its metafile is put beside the
 * bundle.
 */
async function bundle(asset: string, external: string[] = []): Promise<string> {
  const outfile = path.join('cdk.out', asset, 'index.mjs');
  const { metafile } = await build({
    absWorkingDir: project,
    entryPoints: ['lambda/handler.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external,
    metafile: true,
    logLevel: 'silent',
  });
  const directory = path.join(project, 'cdk.out', asset);
  writeFileSync(path.join(directory, 'index.meta.json'), JSON.stringify(metafile));
  return directory;
}

/** Waits longer than the time during which files are not checked again. */
const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 120));

describe('a folder into which the process prints', () => {
  it('Output printed into a file beside the source does not change code', async () => {
    write('handler.mjs', "export const handler = () => 'first';\n");
    const output = openSync(path.join(project, 'out.txt'), 'a');
    onTestFinished(() => closeSync(output));
    const printing = new CodeSources(log, { outputs: [output] });
    onTestFinished(() => printing.close());
    const code = printing.of(project, true);
    const { version } = await code();
    writeSync(output, 'a line\n');
    await aMoment();
    expect([(await code()).version, lines]).toEqual([version, []]);
    write('handler.mjs', "export const handler = () => 'second';\n");
    await aMoment();
    expect((await code()).version).not.toBe(version);
  });
});

describe('the code of an assembly outside the working directory', () => {
  it('Code is rebuilt after a source changed, and one line says so', async () => {
    write('lambda/word.ts', "export const word: string = 'first';\n");
    write('lambda/handler.ts', "export { word } from './word.ts';\n");
    const code = sources.of(await bundle('asset.one'));
    const before = await code();
    write('lambda/word.ts', "export const word: string = 'second';\n");
    await aMoment();
    const after = await code();
    expect(after.version).not.toBe(before.version);
    expect([before.entry, after.entry]).toEqual(Array(2).fill(path.join(project, 'lambda/handler.ts')));
    expect(readFileSync(path.join(after.directory, 'index.mjs'), 'utf8')).toContain('second');
    await code();
    expect(lines).toEqual([
      `${path.join(project, 'lambda/handler.ts')} changed: the next invocation uses the new code.`,
    ]);
  });

  it('Code is rebuilt when a source is saved, without an invocation', async () => {
    write('lambda/handler.ts', "export const said: string = 'first';\n");
    sources.of(await bundle('asset.saved'));
    write('lambda/handler.ts', "export const said: string = 'second';\n");
    await expect
      .poll(() => lines)
      .toEqual([expect.stringMatching(/handler.ts changed: the next invocation/)]);
  });

  it('A source folder that differs from its copy is named', () => {
    write('lambda/index.js', 'exports.handler = () => 1;');
    write('other/main.js', '');
    mkdirSync(path.join(project, 'cdk.out', 'asset.old'), { recursive: true });
    writeFileSync(path.join(project, 'cdk.out', 'asset.old', 'index.js'), 'exports.handler = () => 0;');
    sources.of(path.join(project, 'cdk.out', 'asset.old'));
    expect(lines).toEqual([
      `${path.join(project, 'lambda')} differs from asset.old, which runs: synthesise again if it has changed since the synthesis.`,
    ]);
  });

  it('A source folder that has its own copy is not named', () => {
    const copyOf = (name: string, text: string) => write(`cdk.out/${name}/index.js`, text);
    write('lambda/index.js', 'exports.handler = () => 1;');
    copyOf('asset.lambda', 'exports.handler = () => 1;');
    copyOf('asset.ofTheCdk', 'exports.handler = () => 0;');
    sources.of(path.join(project, 'cdk.out', 'asset.ofTheCdk'));
    expect(lines).toEqual([]);
  });

  it('Code is built from a source that was saved after synthesis', async () => {
    write('lambda/handler.ts', "export const said: string = 'first';\n");
    const directory = await bundle('asset.stale');
    writeFileSync(path.join(project, 'lambda', 'handler.ts'), "export const said: string = 'second';\n");
    const inAMinute = Date.now() / 1000 + 60;
    utimesSync(path.join(project, 'lambda', 'handler.ts'), inAMinute, inAMinute);
    const code = await sources.of(directory)();
    expect(readFileSync(path.join(code.directory, 'index.mjs'), 'utf8')).toContain('second');
  });

  it('The new bundle leaves out what the first one left out', async () => {
    write(
      'lambda/handler.ts',
      "import { S3 } from '@aws-sdk/client-s3';\nexport const s3 = () => new S3();\n",
    );
    const code = sources.of(await bundle('asset.two', ['@aws-sdk/*']));
    write(
      'lambda/handler.ts',
      "import { SSM } from '@aws-sdk/client-ssm';\nexport const made = () => new SSM();\n",
    );
    await aMoment();
    const { directory } = await code();
    expect(lines.join()).toMatch(/uses the new code/);
    expect(readFileSync(path.join(directory, 'index.mjs'), 'utf8')).toContain('@aws-sdk/client-ssm');
  });

  it('Files that the runtime writes beside a source are not sources', async () => {
    write('app/handler.mjs', 'export const handler = () => 1;\n');
    write('app/records/one.jsonl', '1');
    const data = path.join(project, 'app', 'records');
    const beside = new CodeSources(log, { dataFolder: data });
    const code = beside.of(path.join(project, 'app'), true);
    const before = await code();
    write('app/records/one.jsonl', '2');
    write('app/output.log', 'a line');
    await aMoment();
    expect((await code()).version).toBe(before.version);
    beside.close();
    expect(lines).toEqual([]);
  });

  it('Without building ahead, the first request waits for the build', async () => {
    const later = new CodeSources(log, { buildsAhead: false });
    onTestFinished(() => later.close());
    const entry = path.join(project, 'handler.ts');
    write('handler.ts', 'export const handler = ( => 1;\n');
    const code = await later.build({ entry, outputName: 'index.mjs', root: project, external: [] });
    await expect(code()).rejects.toThrow(/handler\.ts/);
    write('handler.ts', 'export const handler = () => 1;\n');
    const { directory } = await code();
    expect(readFileSync(path.join(directory, 'index.mjs'), 'utf8')).toContain('handler');
  });

  it('Code that synthesis only copied is used from its original folder', async () => {
    const text = 'def handler(event, context):\n    return 1\n';
    write('package.json', '{}');
    write('functions/greet/app.py', text);
    write('assembly/asset.copy/app.py', text);
    write('assembly/asset.other/app.py', text);
    const code = sources.of(path.join(project, 'assembly', 'asset.copy'));
    const before = await code();
    expect(before.directory).toBe(path.join(project, 'functions', 'greet'));
    write('functions/greet/app.py', text.replace('1', '2'));
    await aMoment();
    expect((await code()).version).not.toBe(before.version);
    expect(lines).toHaveLength(1);
  });
});
