/**
 * Assets of CDK 1: they have no manifest, but metadata of the stack, and parameters that tell where each was
 * uploaded.
 */
import path from 'node:path';
import type { FileAsset } from './template.ts';

/** An entry of an artifact's metadata. Cloud assembly schema, `FileAssetMetadataEntry`. */
export interface LegacyAsset {
  path?: string;
  packaging?: string;
  sourceHash?: string;
  s3BucketParameter?: string;
  s3KeyParameter?: string;
  artifactHashParameter?: string;
}

export type ArtifactMetadata = Record<string, { type: string; data?: unknown }[]>;

/** The type of metadata entries that describe assets. */
const ASSET = 'aws:cdk:asset';
/** The bucket that stands for this machine's files. */
const BUCKET = 'local';

/** The files by object key, and the parameters by which the template finds them. */
export function legacyAssets(
  outdir: string,
  metadata: ArtifactMetadata = {},
): { assets: Map<string, FileAsset>; parameters: Record<string, string> } {
  const assets = new Map<string, FileAsset>();
  const parameters: Record<string, string> = {};
  const entries = Object.values(metadata)
    .flat()
    .filter(({ type }) => type === ASSET)
    .map(({ data }) => data as LegacyAsset);
  for (const { path: file, packaging, sourceHash: hash, ...names } of entries) {
    if (!file || !hash) continue;
    const objectKey = packaging === 'zip' ? `${hash}.zip` : `${hash}${path.extname(file)}`;
    assets.set(objectKey, {
      path: path.resolve(outdir, file),
      packaging: packaging === 'zip' ? 'zip' : 'file',
      objectKey,
    });
    if (names.s3BucketParameter) parameters[names.s3BucketParameter] = BUCKET;
    // The template joins the key's two halves, which are separated by `||`.
    if (names.s3KeyParameter) parameters[names.s3KeyParameter] = `||${objectKey}`;
    if (names.artifactHashParameter) parameters[names.artifactHashParameter] = hash;
  }
  return { assets, parameters };
}
