import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage, Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { buildSync, type OutputFile } from 'esbuild';

const HANDLERS = join(dirname(fileURLToPath(import.meta.url)), '..', 'handlers');

/** The bundles by the folder of the cloud assembly: they name their sources relative to their own place. */
const bundles = new Map<string, OutputFile[]>();

/**
 * The code of a TypeScript function: one ES module that includes its SDK clients, so that what was tested is
 * what runs, and its source map. The first call bundles all handlers together, so that shared files are read
 * once. `NodejsFunction` would start npx and esbuild for each function, which takes four times as long.
 *
 * @param entry folder in `handlers` whose `handler.ts` exports `handler`
 */
export function handlerCode(scope: Construct, entry: string): Code {
  const assembly = Stage.of(scope)?.outdir ?? '';
  const tryBundle = (folder: string): boolean => {
    mkdirSync(folder, { recursive: true });
    for (const { path, contents } of bundlesIn(assembly)) {
      if (basename(dirname(path)) === entry) writeFileSync(join(folder, basename(path)), contents);
    }
    return true;
  };
  // The image is never used: the local bundling succeeds or throws.
  const bundling = { image: DockerImage.fromRegistry('none'), local: { tryBundle } };
  return Code.fromAsset(join(HANDLERS, entry), { assetHashType: AssetHashType.OUTPUT, bundling });
}

function bundlesIn(assembly: string): OutputFile[] {
  const known = bundles.get(assembly);
  if (known) return known;
  const sourceOf = (entry: string): string => join(HANDLERS, entry, 'handler.ts');
  const entries = readdirSync(HANDLERS).filter((entry) => existsSync(sourceOf(entry)));
  const { outputFiles } = buildSync({
    entryPoints: Object.fromEntries(entries.map((entry) => [`${entry}/index`, sourceOf(entry)])),
    // At the same depth as the folders of the assembly's assets.
    outdir: assembly,
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    platform: 'node',
    // One ES module: Node treats `index.mjs` the same wherever it is.
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
  bundles.set(assembly, outputFiles);
  return outputFiles;
}
