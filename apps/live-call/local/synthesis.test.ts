import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { SOURCES } from './synthesis.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '..', '..', '..');
const HANDLERS = path.join(REPOSITORY, 'apps/live-call/handlers');

/** The repository's files from which functions, page and template are made. */
async function inputs(): Promise<string[]> {
  const handlers = readdirSync(HANDLERS).map((name) => path.join(HANDLERS, name, 'handler.ts'));
  const { metafile } = await build({
    absWorkingDir: REPOSITORY,
    entryPoints: [
      ...handlers.filter((file) => readdirSync(path.dirname(file)).includes('handler.ts')),
      'apps/live-call/stack/app.ts',
      'apps/live-call/console/src/main.tsx',
    ],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    outdir: 'dist',
    loader: { '.css': 'empty' },
    // Packages from the registry are pinned in the lockfile.
    external: [
      '@aws-sdk/*',
      '@smithy/*',
      'react',
      'react-dom',
      'amazon-chime-sdk-js',
      'aws-cdk-lib',
      'constructs',
      'cdk-nag',
    ],
  });
  return Object.keys(metafile.inputs).filter((file) => !file.includes('node_modules/'));
}

const isSource = (file: string): boolean =>
  SOURCES.some((source) => file === source || file.startsWith(`${source}/`));

describe('the sources of the cloud assembly', () => {
  it('The sources include every file that the assembly is made of', async () => {
    const files = await inputs();
    expect(files).toContain('packages/pstn-audio/src/limits.ts');
    expect(files.filter((file) => !isSource(file))).toEqual([]);
  });

  it('The sources leave out what only the local runtime reads', () => {
    const runtime = ['packages/pstn-audio/src/engine/transitions.ts', 'packages/chime-local/src/index.ts'];
    expect(runtime.filter(isSource)).toEqual([]);
  });
});
