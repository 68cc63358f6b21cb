import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type FileAsset, type SynthesisedStack, type Template, TemplateError } from './template.ts';

interface AssetManifest {
  files?: Record<
    string,
    {
      source: { path?: string; packaging?: 'file' | 'zip' };
      destinations: Record<string, { objectKey: string }>;
    }
  >;
}

interface CloudAssembly {
  artifacts?: Record<
    string,
    { type: string; displayName?: string; properties?: { templateFile?: string; stackName?: string } }
  >;
}

function readJson<T>(file: string): T {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new TemplateError(`${file} is missing: synthesise the CDK app again.`);
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new TemplateError(`${file} is not JSON: ${(cause as Error).message}`);
  }
}

function readAssets(outdir: string, stackId: string): Map<string, FileAsset> {
  const manifest = readJson<AssetManifest>(path.join(outdir, `${stackId}.assets.json`));
  const assets = new Map<string, FileAsset>();
  for (const [hash, file] of Object.entries(manifest.files ?? {})) {
    const objectKey = Object.values(file.destinations)[0]?.objectKey;
    if (!file.source.path || !objectKey) continue;
    const asset: FileAsset = {
      path: path.resolve(outdir, file.source.path),
      packaging: file.source.packaging ?? 'file',
      objectKey,
    };
    assets.set(objectKey, asset);
    assets.set(hash, asset);
  }
  return assets;
}

/**
 * Reads the one stack of a cloud assembly (`cdk.out`).
 * @throws TemplateError when there is none, more than one, or a file is broken.
 */
export function readStack(outdir: string): SynthesisedStack {
  const assembly = readJson<CloudAssembly>(path.join(outdir, 'manifest.json'));
  const stacks = Object.entries(assembly.artifacts ?? {}).filter(
    ([, artifact]) => artifact.type === 'aws:cloudformation:stack',
  );
  const [first] = stacks;
  if (!first || stacks.length > 1) {
    throw new TemplateError(`${outdir} holds ${stacks.length} stacks; this runtime runs exactly one.`);
  }
  const [id, artifact] = first;
  const template = readJson<Template>(
    path.join(outdir, artifact.properties?.templateFile ?? `${id}.template.json`),
  );
  if (!template.Resources || typeof template.Resources !== 'object') {
    throw new TemplateError(`The template of ${id} has no Resources.`);
  }
  return {
    stackName: artifact.properties?.stackName ?? artifact.displayName ?? id,
    template,
    assets: readAssets(outdir, id),
  };
}
