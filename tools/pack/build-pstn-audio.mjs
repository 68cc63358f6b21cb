// Builds packages/pstn-audio into its `dist`: a module for each front door, and its types.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { entriesOf, writeDeclarations } from './declarations.mjs';

export async function buildPstnAudio(root) {
  const folder = path.join(root, 'packages', 'pstn-audio');
  rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
  await build({
    absWorkingDir: folder,
    entryPoints: entriesOf(folder).map((entry) => path.posix.join('src', entry)),
    outbase: 'src',
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2023',
    logLevel: 'warning',
  });
  writeDeclarations(root, folder);
}
