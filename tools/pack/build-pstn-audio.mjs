// Builds packages/pstn-audio into its `dist`: a module for each front door, and its types.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { writeDeclarations } from './declarations.mjs';

export async function buildPstnAudio(root) {
  const folder = path.join(root, 'packages', 'pstn-audio');
  const { exports } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const sources = Object.values(exports).filter((source) => source.endsWith('.ts'));
  rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
  await build({
    absWorkingDir: folder,
    entryPoints: sources,
    outbase: 'src',
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2023',
    logLevel: 'warning',
  });
  writeDeclarations(
    root,
    folder,
    sources.map((source) => path.posix.relative('src', source)),
  );
}
