import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const BUILD = path.resolve(import.meta.dirname, '..', '.local', 'build');

it('A bundle leads debuggers to its sources', async () => {
  const { importBundled } = await import(new URL('./bundle.mjs', import.meta.url).href);
  expect(await importBundled('packages/chime-local/src/cli/aws-env.ts')).toHaveProperty(
    'printAwsEnvironment',
  );
  const bundle = path.join(BUILD, 'packages-chime-local-src-cli-aws-env.mjs');
  const [, map = ''] = /\/\/# sourceMappingURL=(\S+)\n*$/.exec(readFileSync(bundle, 'utf8')) ?? [];
  const { sources } = JSON.parse(readFileSync(path.join(BUILD, map), 'utf8')) as { sources: string[] };
  expect(sources.some((source) => source.endsWith('cli/aws-env.ts'))).toBe(true);
  expect(sources.filter((source) => !existsSync(path.resolve(BUILD, source)))).toEqual([]);
});
