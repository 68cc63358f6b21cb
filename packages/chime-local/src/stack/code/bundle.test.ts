import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { silentLog } from '#platform';
import { bundleFromSource } from './bundle.ts';
import { CodeSources } from './code-source.ts';

/**
 * A function's sources and its bundle as synthesis leaves them: built in one folder, then renamed to one
 * beside it.
 */
async function synthesised() {
  const home = mkdtempSync(path.join(tmpdir(), 'bundle-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const source = (name: string, text: string): void => writeFileSync(path.join(home, name), text);
  source('said.ts', "export const said: string = 'before';\n");
  source('handler.ts', "import { said } from './said.ts';\nexport const handler = () => said;\n");
  const made = path.join(home, 'cdk.out', 'bundling-temp');
  await build({
    absWorkingDir: home,
    entryPoints: [path.join(home, 'handler.ts')],
    outfile: path.join(made, 'index.mjs'),
    bundle: true,
    format: 'esm',
    sourcemap: true,
    sourcesContent: false,
  });
  const directory = path.join(home, 'cdk.out', 'asset.1234');
  renameSync(made, directory);
  return { home, directory, source };
}

const run = async (directory: string): Promise<unknown> => {
  const { handler } = (await import(path.join(directory, 'index.mjs'))) as { handler: () => unknown };
  return handler();
};

it('A bundle is rebuilt after one of its sources changed', async () => {
  const { directory, source } = await synthesised();
  const code = new CodeSources(silentLog).of(directory);
  const before = await code();
  expect([before.directory, await run(before.directory)]).toEqual([directory, 'before']);
  source('said.ts', "export const said: string = 'afterwards';\n");
  await expect.poll(async () => run((await code()).directory)).toBe('afterwards');
});

it('A bundle whose sources are elsewhere is used as it is', async () => {
  const { home, directory } = await synthesised();
  rmSync(path.join(home, 'said.ts'));
  const { directory: used } = await new CodeSources(silentLog).of(directory)();
  expect(await run(used)).toBe('before');
});

it('A missing package is installed, or the message names the command', async () => {
  const { home, directory, source } = await synthesised();
  source('handler.ts', "import left from 'left-out';\nexport const handler = () => left;\n");
  const bundle = {
    directory,
    entry: path.join(home, 'handler.ts'),
    root: home,
    outputName: 'index.mjs',
    external: [],
    inputs: [],
    readable: true,
  };
  await expect(bundleFromSource(bundle)).rejects.toThrow(`run "npm install" in ${home}, then start again.`);
  const asked: unknown[] = [];
  const cache = path.join(home, 'cache');
  mkdirSync(path.join(cache, 'node_modules', 'left-out'), { recursive: true });
  source('cache/node_modules/left-out/index.js', "export default 'brought';\n");
  const brought = await bundleFromSource(bundle, async (...request) => {
    asked.push(request);
    return { own: cache };
  });
  expect([asked, await run(brought.directory)]).toEqual([[[home, ['left-out']]], 'brought']);
});
