import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type ArtifactMetadata, legacyAssets } from './legacy-assets.ts';
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
    {
      type: string;
      displayName?: string;
      dependencies?: string[];
      metadata?: ArtifactMetadata;
      properties?: { templateFile?: string; stackName?: string };
    }
  >;
}

function readJson<T>(file: string): T {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new TemplateError(`${file} is missing: synthesise the CDK app again (delete .local/synth).`);
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new TemplateError(`${file} is not JSON: ${(cause as Error).message}`);
  }
}

function readAssets(
  outdir: string,
  stackId: string,
  metadata: ArtifactMetadata | undefined,
): Pick<SynthesisedStack, 'assets' | 'parameters'> {
  const file = path.join(outdir, `${stackId}.assets.json`);
  // CDK 1 writes no manifest, and CDK 2 none for a stack that it synthesises in the old way.
  if (!existsSync(file)) return legacyAssets(outdir, metadata);
  const manifest = readJson<AssetManifest>(file);
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
  return { assets };
}

/** Ids of the stacks, sorted so that each comes after those it depends on. */
function inOrder(artifacts: NonNullable<CloudAssembly['artifacts']>): string[] {
  const order = new Set<string>();
  const visit = (id: string): void => {
    if (order.has(id) || artifacts[id]?.type !== STACK) return;
    for (const dependency of artifacts[id]?.dependencies ?? []) visit(dependency);
    order.add(id);
  };
  for (const id of Object.keys(artifacts)) visit(id);
  return [...order];
}

const STACK = 'aws:cloudformation:stack';

/**
 * Reads the stacks of a cloud assembly (`cdk.out`), each after those it depends on.
 * @throws TemplateError if there is none, or a file is malformed
 */
export function readStacks(outdir: string): SynthesisedStack[] {
  const { artifacts = {} } = readJson<CloudAssembly>(path.join(outdir, 'manifest.json'));
  const ids = inOrder(artifacts);
  if (ids.length === 0) throw new TemplateError(`${outdir} holds no stack.`);
  return ids.map((id) => {
    const { properties, displayName, metadata } = artifacts[id] ?? {};
    const file = path.join(outdir, properties?.templateFile ?? `${id}.template.json`);
    const template = readJson<Template>(file);
    if (!template.Resources || typeof template.Resources !== 'object') {
      throw new TemplateError(`The template of ${id} has no Resources.`);
    }
    return {
      stackName: properties?.stackName ?? displayName ?? id,
      template,
      ...readAssets(outdir, id, metadata),
    };
  });
}
