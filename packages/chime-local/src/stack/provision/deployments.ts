import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ResourceProvider, ResourceRequest } from '#cloudformation';
import { filesOf } from '#code';
import { TemplateError } from '#template';
import { contentTypeOf } from '#web';
import type { ProviderServices } from './services.ts';

interface DeploymentProperties {
  SourceBucketNames?: string[];
  SourceObjectKeys?: string[];
  /** The values of each source's placeholders. */
  SourceMarkers?: Record<string, string>[];
  /** Whether values must be escaped because they go into JSON. */
  SourceMarkersConfig?: { jsonEscape?: boolean | string }[];
  DestinationBucketName?: string;
  DestinationBucketKeyPrefix?: string;
  SystemMetadata?: { 'content-type'?: string };
  /** Whether objects that no source has are deleted. Default: yes. */
  Prune?: boolean | string;
  /** Whether the deployed objects stay when the deployment is deleted. Default: yes. */
  RetainOnDelete?: boolean | string;
}

/** Maximum size of a file that is searched for placeholders, in bytes; larger files are copied unchanged. */
const MAX_MARKED_FILE_BYTES = 1024 * 1024;

function filesBelow(directory: string, prefix = ''): string[] {
  return readdirSync(path.join(directory, prefix), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(prefix, entry.name);
    return entry.isDirectory() ? filesBelow(directory, name) : [name];
  });
}

/** The markers of one source, with their values as they are written into files. */
function markersOf(deployment: DeploymentProperties, index: number): Record<string, string> {
  const markers = deployment.SourceMarkers?.[index] ?? {};
  if (String(deployment.SourceMarkersConfig?.[index]?.jsonEscape) !== 'true') return markers;
  return Object.fromEntries(
    Object.entries(markers).map(([marker, value]) => [marker, JSON.stringify(value).slice(1, -1)]),
  );
}

function withMarkers(body: Uint8Array, markers: Record<string, string>): Uint8Array {
  if (Object.keys(markers).length === 0 || body.length > MAX_MARKED_FILE_BYTES) return body;
  let text = Buffer.from(body).toString('latin1');
  for (const [marker, value] of Object.entries(markers)) text = text.replaceAll(marker, value);
  return Buffer.from(text, 'latin1');
}

/** The files of a source: a folder of the assembly, or an archive in a bucket. */
async function filesOfSource(
  deployment: DeploymentProperties,
  index: number,
  { asset, s3 }: ProviderServices,
): Promise<{ name: string; read(): Uint8Array }[]> {
  const key = deployment.SourceObjectKeys?.[index] ?? '';
  const folder = asset(key)?.path;
  if (folder && statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    return filesBelow(folder).map((name) => ({ name, read: () => readFileSync(path.join(folder, name)) }));
  }
  const bucket = deployment.SourceBucketNames?.[index] ?? '';
  const archive = await s3.read(bucket, key);
  if (!archive)
    throw new TemplateError(`A bucket deployment names s3://${bucket}/${key}, which is not there.`);
  const files = await filesOf(archive.body);
  return Object.entries(files)
    .filter(([name]) => !name.endsWith('/'))
    .map(([name, content]) => ({ name, read: () => content }));
}

const isTrue = (value: unknown, otherwise: boolean): boolean =>
  value === undefined ? otherwise : String(value) === 'true';

async function deploy(
  { properties }: Pick<ResourceRequest, 'properties'>,
  services: ProviderServices,
): Promise<void> {
  const { s3 } = services;
  const deployment = properties as DeploymentProperties;
  const bucket = String(deployment.DestinationBucketName);
  const prefix = deployment.DestinationBucketKeyPrefix ?? '';
  const put = new Set<string>();
  for (const index of (deployment.SourceObjectKeys ?? []).keys()) {
    const markers = markersOf(deployment, index);
    for (const { name, read } of await filesOfSource(deployment, index, services)) {
      const key = path.posix.join(prefix, name);
      const contentType = deployment.SystemMetadata?.['content-type'] ?? contentTypeOf(name);
      await s3.put(bucket, key, withMarkers(read(), markers), { contentType });
      put.add(key);
    }
  }
  if (!isTrue(deployment.Prune, true)) return;
  for (const key of s3.list(bucket, prefix)) if (!put.has(key)) await s3.remove(bucket, key);
}

async function empty(bucket: string, prefix: string, { s3 }: ProviderServices): Promise<void> {
  if (!s3.bucketNames().includes(bucket)) return;
  for (const key of s3.list(bucket, prefix)) await s3.remove(bucket, key);
}

/** Does in-process what the CDK's own functions do to buckets; those functions need the AWS CLI, and time. */
export function deploymentProviders(services: ProviderServices): ResourceProvider[] {
  const describe = (id: string, properties: Record<string, unknown>) => {
    const { DestinationBucketName, SourceObjectKeys = [] } = properties as DeploymentProperties;
    return {
      physicalId: id,
      attributes: { DestinationBucketArn: `arn:aws:s3:::${DestinationBucketName}`, SourceObjectKeys },
    };
  };
  const bucketDeployment: ResourceProvider = {
    types: ['Custom::CDKBucketDeployment'],
    replacedBy: ['DestinationBucketName', 'DestinationBucketKeyPrefix'],
    async create(request) {
      await deploy(request, services);
      return describe(request.newName(), request.properties);
    },
    async update(request, { physicalId }) {
      await deploy(request, services);
      return describe(physicalId, request.properties);
    },
    async delete({ properties }) {
      const {
        RetainOnDelete,
        DestinationBucketName,
        DestinationBucketKeyPrefix = '',
      } = properties as DeploymentProperties;
      if (isTrue(RetainOnDelete, true)) return;
      await empty(String(DestinationBucketName), DestinationBucketKeyPrefix, services);
    },
  };
  const autoDelete: ResourceProvider = {
    types: ['Custom::S3AutoDeleteObjects'],
    replacedBy: ['BucketName'],
    create: async ({ newName }) => ({ physicalId: newName(), attributes: {} }),
    update: async (_request, existing) => existing,
    delete: ({ properties }) => empty(String(properties.BucketName), '', services),
  };
  return [bucketDeployment, autoDelete];
}
