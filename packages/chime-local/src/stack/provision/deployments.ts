import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { contentTypeOf } from '../../web/content-types.ts';
import { TemplateError } from '../template/template.ts';
import { physicalName, type ResourceMaker, type Workshop } from './resource.ts';

interface DeploymentProperties {
  SourceObjectKeys?: string[];
  /** For each source: what its placeholders stand for. */
  SourceMarkers?: Record<string, string>[];
  /** Values go into JSON: escape them as such. */
  SourceMarkersConfig?: { jsonEscape?: boolean | string }[];
  DestinationBucketName?: string;
  DestinationBucketKeyPrefix?: string;
  SystemMetadata?: { 'content-type'?: string };
  Exclude?: string[];
}

/** Files that may hold placeholders, bytes; larger ones are content. */
const MAX_MARKED_FILE_BYTES = 1024 * 1024;

function filesBelow(directory: string, prefix = ''): string[] {
  return readdirSync(path.join(directory, prefix), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(prefix, entry.name);
    return entry.isDirectory() ? filesBelow(directory, name) : [name];
  });
}

/** The markers of one source with their values as they go into the file. */
function markersOf(deployment: DeploymentProperties, index: number): Record<string, string> {
  const markers = deployment.SourceMarkers?.[index] ?? {};
  if (String(deployment.SourceMarkersConfig?.[index]?.jsonEscape) !== 'true') return markers;
  return Object.fromEntries(
    Object.entries(markers).map(([marker, value]) => [marker, JSON.stringify(value).slice(1, -1)]),
  );
}

function withMarkers(body: Buffer, markers: Record<string, string>): Buffer {
  if (Object.keys(markers).length === 0 || body.length > MAX_MARKED_FILE_BYTES) return body;
  let text = body.toString('latin1');
  for (const [marker, value] of Object.entries(markers)) text = text.replaceAll(marker, value);
  return Buffer.from(text, 'latin1');
}

async function deploySource(
  key: string,
  markers: Record<string, string>,
  properties: DeploymentProperties,
  workshop: Workshop,
): Promise<void> {
  const asset = workshop.asset(key);
  if (!asset || !statSync(asset.path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new TemplateError(
      `A bucket deployment names the asset ${key}, which synthesis did not leave as a folder.`,
    );
  }
  const prefix = properties.DestinationBucketKeyPrefix ?? '';
  for (const name of filesBelow(asset.path)) {
    const body = withMarkers(readFileSync(path.join(asset.path, name)), markers);
    const type = properties.SystemMetadata?.['content-type'] ?? contentTypeOf(name);
    await workshop.buckets.put(
      String(properties.DestinationBucketName),
      path.posix.join(prefix, name),
      body,
      type,
    );
  }
}

/** `BucketDeployment` of the CDK, done here instead of by its function, which needs the AWS CLI. */
const bucketDeployment: ResourceMaker = {
  types: ['Custom::CDKBucketDeployment'],
  async make({ logicalId, properties, unchanged }, workshop) {
    const deployment = properties as DeploymentProperties;
    const keys = deployment.SourceObjectKeys ?? [];
    // The keys are hashes of the content: the same keys and markers are the same objects.
    for (const [index, key] of unchanged ? [] : keys.entries()) {
      await deploySource(key, markersOf(deployment, index), deployment, workshop);
    }
    return {
      physicalId: physicalName(workshop, logicalId),
      attributes: {
        DestinationBucketArn: `arn:aws:s3:::${deployment.DestinationBucketName}`,
        SourceObjectKeys: keys,
      },
    };
  },
};

export const deploymentMakers = [bucketDeployment];
